"""The schema, its documentation page, and the answer to unknown addresses."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from trapframe.api.reference import Reference, read_schema


class Schema(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or JSON; public, since it shows no data."""

    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(
            _schema(), headers={"Content-Disposition": 'inline; filename="trapframe"'}
        )


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """The schema as a page of this site: no script, and no request elsewhere."""
    return render(request, "api/reference.html", {"reference": _reference()})


class UnknownAddress(APIView):
    """So that a wrong address under /api/v1/ is a problem document as well."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        path = request.path
        hint = "" if path.endswith("/") else " Every address ends with a slash."
        raise NotFound(f"There is nothing at {path}.{hint}")


@cache
def _schema() -> Any:
    """The schema depends on the code alone: built once in each process."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


@cache
def _reference() -> Reference:
    return read_schema(_schema())
