"""What people type about their account."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from trapframe.accounts.models import Scope, User
from trapframe.accounts.throttle import (
    MINUTES,
    SIGN_IN_BY_ADDRESS,
    SIGN_IN_BY_NAME,
)
from trapframe.accounts.tokens import tokens_of


class SignInForm(AuthenticationForm):
    """Django's sign-in, slowed down after failures.

    The answer is the same whether the account exists or not, throttled or not.
    """

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "This username and password do not belong together. "
        "Both are case-sensitive.",
        "throttled": "Too many failed attempts. "
        f"Wait {MINUTES} minutes, then try again.",
    }

    def clean(self) -> dict[str, Any]:
        name = str(self.cleaned_data.get("username", "")).casefold()
        address = self.request.META["REMOTE_ADDR"] if self.request else ""
        if SIGN_IN_BY_NAME.is_closed(address, name) or SIGN_IN_BY_ADDRESS.is_closed(
            address
        ):
            raise ValidationError(self.error_messages["throttled"], code="throttled")
        try:
            cleaned = super().clean()
        except ValidationError:
            SIGN_IN_BY_NAME.count(address, name)
            SIGN_IN_BY_ADDRESS.count(address)
            raise
        SIGN_IN_BY_NAME.clear(address, name)
        return cleaned


# Generic for the type checker only: the class itself takes no parameter.
class SignUpForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("username", "first_name", "last_name")
        labels = {
            "first_name": "First name (optional)",
            "last_name": "Last name (optional)",
        }
        help_texts = {"username": "Letters, digits and @ . + - _ only."}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=100, label="Name", help_text="What will use it, such as our LMS."
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, label="Scopes", widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        coerce=int,
        label="Ends after",
        choices=[(30, "30 days"), (90, "90 days"), (365, "a year"), (0, "never")],
        initial=90,
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        """Names differ, so that sending the form twice makes one token."""
        name: str = self.cleaned_data["name"]
        if tokens_of(self.owner).filter(name=name).exists():
            raise ValidationError("You have a token with this name.", code="taken")
        return name

    def expires_at(self) -> datetime | None:
        days: int = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
