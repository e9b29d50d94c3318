from quizzes.execution.ports import Executed, ExecutedArm, ExecutedClaim


def test_what_an_execution_showed() -> None:
    executed = Executed(
        simulator_version="1",
        claims={
            "a": ExecutedClaim(holds=True, deciding=(("one", 3), ("two", 4))),
            "b": ExecutedClaim(holds=False, deciding=()),
        },
        arms=(ExecutedArm("one", "hash1", b"x"), ExecutedArm("two", "hash2", b"y")),
    )
    assert executed.truths == {"a": True, "b": False}
    assert executed.trace_hashes == {"one": "hash1", "two": "hash2"}
    assert executed.claims["a"].to_json() == {
        "holds": True,
        "deciding": [["one", 3], ["two", 4]],
    }
    assert executed.claims["b"].to_json() == {"holds": False, "deciding": []}
