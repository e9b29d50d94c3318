"""Static files: hashed names, compressed, cached for ever."""

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Hashed names once collected; plain names on the embedded services."""

    manifest_strict = not settings.EMBEDDED
