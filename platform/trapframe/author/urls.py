from django.urls import path

from trapframe.author import editing, preview, proofs, questions, scenarios

app_name = "author"
urlpatterns = [
    path("", questions.home, name="home"),
    path(
        "courses/<slug:course>/questions/new/",
        editing.new_question,
        name="question-new",
    ),
    path(
        "courses/<slug:course>/questions/new/check/",
        editing.check_new_question,
        name="question-new-check",
    ),
    path("questions/<int:pk>/", questions.question, name="question"),
    path("questions/<int:pk>/edit/", editing.edit_question, name="question-edit"),
    path(
        "questions/<int:pk>/edit/check/",
        editing.check_question,
        name="question-edit-check",
    ),
    path("questions/<int:pk>/repin/", editing.repin_question, name="question-repin"),
    path("questions/<int:pk>/diff/", questions.compare, name="question-diff"),
    path("versions/<int:pk>/preview/", preview.preview, name="preview"),
    path("versions/<int:pk>/preview/frame/", preview.frame, name="preview-frame"),
    path("versions/<int:pk>/prove/", proofs.prove, name="prove"),
    path("versions/<int:pk>/publish/", proofs.publish, name="publish"),
    path("proofs/<uuid:uuid>/", proofs.proof, name="proof"),
    path("proofs/<uuid:uuid>/cancel/", proofs.cancel, name="proof-cancel"),
    path("proofs/<uuid:uuid>/observe/", proofs.observe, name="proof-observe"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/new/", editing.new_scenario, name="scenario-new"),
    path("scenarios/new/check/", editing.check_new_scenario, name="scenario-new-check"),
    path("scenarios/<slug:key>/", scenarios.scenario, name="scenario"),
    path("scenarios/<slug:key>/edit/", editing.edit_scenario, name="scenario-edit"),
    path(
        "scenarios/<slug:key>/edit/check/",
        editing.check_scenario,
        name="scenario-edit-check",
    ),
    path("scenarios/<slug:key>/diff/", scenarios.compare, name="scenario-diff"),
]
