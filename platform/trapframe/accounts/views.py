"""Signing up and in, and what a person may do with their own account."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from trapframe.accounts import tokens
from trapframe.accounts.forms import SignUpForm, TokenForm
from trapframe.accounts.models import User
from trapframe.accounts.sign_in_links import find_link, use_link


class SignedIn(HttpRequest):
    """A request behind ``login_required``."""

    user: User


BACKEND = "trapframe.accounts.signed_in.Backend"


@sensitive_post_parameters()
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    next_path = _next_path(request)
    if request.user.is_authenticated:
        return redirect(next_path)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend=BACKEND)
        messages.success(request, "Welcome. Your account is ready.")
        return redirect(next_path)
    context = {"form": form, "next": next_path, "section": "sign-up"}
    return render(request, "accounts/sign_up.html", context)


@never_cache
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask before the link is used: previews of mail programs open links too."""
    link = find_link(secret)
    if link is None:
        return render(request, "accounts/link_gone.html", status=410)
    if request.method != "POST":
        return render(request, "accounts/sign_in_link.html", {"link": link})
    user = use_link(secret)
    if user is None:
        return render(request, "accounts/link_gone.html", status=410)
    login(request, user, backend=BACKEND)
    return redirect(link.next_path)


@login_required
@require_GET
def account(request: SignedIn) -> HttpResponse:
    return render(request, "accounts/account.html", {"section": "account"})


@login_required
@never_cache
def token_list(request: SignedIn) -> HttpResponse:
    """The one page that answers a POST itself: the secret is stored nowhere."""
    form = TokenForm(request.POST or None, owner=request.user)
    secret = ""
    if request.method == "POST" and form.is_valid():
        _, secret = tokens.issue(
            request.user,
            form.cleaned_data["name"],
            form.cleaned_data["scopes"],
            form.expires_at(),
        )
        form = TokenForm(owner=request.user)
    context = {
        "form": form,
        "secret": secret,
        "tokens": tokens.tokens_of(request.user),
        "section": "account",
    }
    return render(request, "accounts/tokens.html", context)


@login_required
@require_POST
def token_revoke(request: SignedIn, pk: int) -> HttpResponse:
    token = tokens.tokens_of(request.user).filter(pk=pk).first()
    if token is None:
        raise Http404
    tokens.revoke(token)
    messages.success(request, f"The token {token.name} no longer works.")
    return redirect("accounts:tokens")


def _next_path(request: HttpRequest) -> str:
    """Where to go afterwards: a path of this site, whoever wrote the address."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("learner:home")
