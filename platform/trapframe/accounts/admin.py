"""People and API tokens in the admin, for administrators."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from trapframe.accounts import tokens
from trapframe.accounts.models import ApiToken, User

if TYPE_CHECKING:
    UserBase = StockUserAdmin[User]
    TokenBase = admin.ModelAdmin[ApiToken]
else:
    UserBase = StockUserAdmin
    TokenBase = admin.ModelAdmin

# Roles are enrolments; groups and single permissions would promise what nothing reads.
admin.site.unregister(Group)
admin.site.site_header = "Trapframe"
admin.site.site_title = "Trapframe"
admin.site.index_title = "Authoring and administration"


@admin.register(User)
class UserAdmin(UserBase):
    actions = None
    list_display = ["username", "email", "first_name", "last_name", "is_staff"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]


@admin.register(ApiToken)
class ApiTokenAdmin(TokenBase):
    """Tokens are made by their owners, who alone see the secret; here they end."""

    list_display = ["name", "owner", "scopes", "last_used_at", "expires_at", "is_over"]
    list_select_related = ["owner"]
    fields = [
        "name",
        "owner",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    actions = ["revoke_tokens"]

    @admin.display(description="Revoked", boolean=True)
    def is_over(self, token: ApiToken) -> bool:
        return token.revoked_at is not None

    @admin.action(description="Revoke the chosen tokens")
    def revoke_tokens(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        for token in chosen:
            tokens.revoke(token)
        self.message_user(request, f"Revoked: {', '.join(t.name for t in chosen)}.")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        return {"revoke_tokens": actions["revoke_tokens"]} if actions else actions

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False
