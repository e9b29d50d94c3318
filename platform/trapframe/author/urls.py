app_name = "author"
urlpatterns: list[object] = []
