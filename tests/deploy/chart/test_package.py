"""The chart as an archive: what is in it, and a signature that a changed archive does not pass."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support import rendering

pytestmark = pytest.mark.chart

SCRIPT = rendering.ROOT / ".ci" / "chart_package.py"
KEY = "Chart Tests"


def packed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    rendering.module("helm_python")
    done = subprocess.run([sys.executable, SCRIPT, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def keyrings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a key for these tests; returns its secret and its public keyring."""
    home = tmp_path_factory.mktemp("gnupg", numbered=False)
    home.chmod(0o700)
    gpg = [rendering.program("gpg"), "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback"]
    subprocess.run(
        [*gpg, "--passphrase", "", "--quick-generate-key", f"{KEY} <chart@example.org>", "rsa2048", "sign", "1d"],
        check=True,
        capture_output=True,
    )
    secret, public = home / "secret.gpg", home / "public.gpg"
    for option, path in (("--export-secret-keys", secret), ("--export", public)):
        path.write_bytes(subprocess.run([*gpg, option, KEY], check=True, capture_output=True).stdout)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
    return secret, public


def test_the_archive_holds_the_chart_and_nothing_else(tmp_path: Path) -> None:
    done = packed(tmp_path)
    assert "not signed" in done.stderr
    with tarfile.open(done.stdout.strip()) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"Chart.yaml", "values.yaml", "values.schema.json", "README.md", "files/check.py"} <= held
    assert not [name for name in held if "__pycache__" in name or name.startswith(".git")]


def test_the_archive_renders_as_the_folder_does(tmp_path: Path) -> None:
    archive = packed(tmp_path).stdout.strip()
    values = rendering.values_of("everything")
    with rendering.module("helm_python").Chart.load_archive(Path(archive).read_bytes()) as chart:
        assert chart.render(values, name="mas", namespace="clinical") == {
            f"mas-risk-service/templates/{name}": text for name, text in rendering.render(values).items()
        }


def test_a_signed_archive_is_verified_and_a_changed_one_is_not(keyrings: tuple[Path, Path], tmp_path: Path) -> None:
    helm = rendering.module("helm_python")
    secret, public = keyrings
    archive, provenance = map(Path, packed(tmp_path, KEY, secret).stdout.split())
    assert provenance == archive.with_name(f"{archive.name}.prov")
    verified = helm.verify(archive, public)
    assert (verified["file_name"], verified["signed_by"]) == (archive.name, [f"{KEY} <chart@example.org>"])
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(helm.HelmChartInvalidError):
        helm.verify(archive, public)
