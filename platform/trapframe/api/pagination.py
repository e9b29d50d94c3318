"""How lists are paged."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """Pages by position, so that new rows never shift what a client has read."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "id"
