"""What callers are checked against, read from its file before the start: a bad file stops it in plain words."""

from __future__ import annotations

from service.server.settings import Settings


def check(settings: Settings) -> None:
    """Read the file that ``auth_mode`` needs; raises BadSetting naming what is wrong in it."""
    if settings.auth_mode == "api_key":
        from service.server.auth import api_keys  # noqa: PLC0415  # as below

        api_keys.load(settings.api_keys_file)
    elif settings.jwt_jwks_file and settings.auth_mode == "jwt":
        from service.server.auth import jwks  # noqa: PLC0415  # the master needs no cryptography otherwise

        jwks.from_file(settings.jwt_jwks_file)
