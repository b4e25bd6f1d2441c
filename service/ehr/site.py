"""What this site has settled: its codes and its settings, read and checked once when the service starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from flask import Flask, current_app

from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_map import CodeMap
from service.server.outbound import Outbound
from service.server.settings import Settings

_KEY = "mas.ehr"


@dataclass(frozen=True, slots=True)
class Site:
    """The settings, the codes, how far back results count (None: without limit), and the calls to FHIR servers."""

    settings: Settings
    codes: CodeMap
    look_back: timedelta | None
    outbound: Outbound = field(default_factory=lambda: Outbound("fhir"))


def install(app: Flask, settings: Settings) -> Site:
    """Read the site's codes; raises BadData, so that a slip in the file stops the start."""
    days = settings.ehr_look_back_days
    site = Site(settings, load_codes(settings.code_map_file), timedelta(days=days) if days else None)
    app.extensions[_KEY] = site
    return site


def here() -> Site:
    """Return the site of the application that is serving."""
    return cast("Site", current_app.extensions[_KEY])
