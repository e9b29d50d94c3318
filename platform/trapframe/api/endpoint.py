"""What all endpoints share: scopes, strict JSON in, problem details out."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from trapframe.accounts.models import Scope
from trapframe.api.pagination import Cursor
from trapframe.api.parsers import StrictJSONParser
from trapframe.api.permissions import HasScope
from trapframe.api.serializers.strict import UNKNOWN_FIELD


class Endpoint(APIView):
    """A view that names the scopes and the query parameters that it takes."""

    scopes: ClassVar[frozenset[Scope]] = frozenset(Scope)
    query: ClassVar[frozenset[str]] = frozenset()
    parser_classes = (StrictJSONParser,)
    permission_classes = (HasScope,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what would be ignored: a misspelt cursor starts no list again."""
        super().initial(request, *args, **kwargs)
        unknown = sorted(request.query_params.keys() - self.query)
        if unknown:
            raise ValidationError({name: [UNKNOWN_FIELD] for name in unknown})


class ListEndpoint(Endpoint):
    """An endpoint whose GET answers page by page."""

    query = frozenset({"cursor", "page_size"})
    pagination_class: type[Cursor] = Cursor

    def page_of(
        self,
        rows: QuerySet[Model],
        serializer: type[BaseSerializer[Any]],
        request: Request,
    ) -> Response:
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows, request, view=self)
        return paginator.get_paginated_response(serializer(page, many=True).data)


def body_of(request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """The request's body, checked; raises ValidationError."""
    reader = serializer(data=request.data)
    reader.is_valid(raise_exception=True)
    data: dict[str, Any] = reader.validated_data
    return data


def query_of(request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """The request's query parameters, checked; raises ValidationError."""
    reader = serializer(data=request.query_params.dict())
    reader.is_valid(raise_exception=True)
    data: dict[str, Any] = reader.validated_data
    return data
