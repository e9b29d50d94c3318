"""Static files: plain on the embedded services, else hashed, compressed, cached."""

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a hash, also inside the import statements of ES modules."""

    support_js_module_import_aggregation = True


Storage: type[StaticFilesStorage] = (
    StaticFilesStorage if settings.EMBEDDED else HashedStorage
)
