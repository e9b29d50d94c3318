from django.contrib.auth import views as auth_views
from django.urls import path, reverse_lazy

from trapframe.accounts import views
from trapframe.accounts.forms import SignInForm

app_name = "accounts"

sign_in = auth_views.LoginView.as_view(
    authentication_form=SignInForm,
    template_name="accounts/sign_in.html",
    redirect_authenticated_user=True,
    extra_context={"section": "sign-in"},
)
password = auth_views.PasswordChangeView.as_view(
    template_name="accounts/password.html",
    success_url=reverse_lazy("accounts:password-changed"),
    extra_context={"section": "account"},
)
password_changed = auth_views.PasswordChangeDoneView.as_view(
    template_name="accounts/password_changed.html",
    extra_context={"section": "account"},
)

urlpatterns = [
    path("", views.account, name="account"),
    path("sign-up/", views.sign_up, name="sign-up"),
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/link/<str:secret>/", views.sign_in_link, name="sign-in-link"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
    path("password/", password, name="password"),
    path("password/changed/", password_changed, name="password-changed"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
