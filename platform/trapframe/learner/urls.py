app_name = "learner"
urlpatterns: list[object] = []
