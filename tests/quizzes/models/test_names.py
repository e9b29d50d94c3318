from quizzes.models import Course


def test_a_course_goes_by_its_title() -> None:
    assert str(Course(key="os", title="Operating systems")) == "Operating systems"
