"""bin/audit [--sbom FILE]

Looks for known vulnerabilities of the locked packages (pip-audit), in the advisories of PyPI or else of OSV. Exits
with 1 if there are any, and with 0 if no advisories can be reached, which it says.

    --sbom FILE      instead writes the locked packages of the portal as a bill of materials (CycloneDX, JSON)

Runs in an environment of its own, .venv-audit, which AUDIT_VENV moves elsewhere.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
SERVICES = ("pypi", "osv")
SBOM_OPTION = "--sbom"


def run(*command: str) -> int:
    """Run a module of this environment in the project's folder, quietly; return its exit code."""
    whole = [sys.executable, "-m", *command]
    return subprocess.run(
        whole, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False
    ).returncode


def advisories(lock: str, service: str, folder: Path) -> list[dict[str, Any]] | None:
    """Return the packages of a lock that a service knows, with their vulnerabilities; None if it knows none.

    Where an index answers in place of PyPI, it may know no package at all.
    """
    report = folder / f"{service}.json"
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "10"]
    chosen = ["--requirement", lock, "--vulnerability-service", service]
    run("pip_audit", *options, *chosen, "--format", "json", "--output", str(report))
    if not report.exists():
        return None
    return known_packages(json.loads(report.read_text())["dependencies"])


def known_packages(packages: Sequence[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return the packages that were looked up, without those that pip-audit skipped; None if there are none."""
    return [package for package in packages if "skip_reason" not in package] or None


def findings(packages: Sequence[dict[str, Any]]) -> list[str]:
    """Return a line for each vulnerability."""
    return [
        f"{package['name']} {package.get('version', '')}: {known['id']}, mended in "
        f"{', '.join(known['fix_versions']) or 'no version yet'}"
        for package in packages
        for known in package.get("vulns", [])
    ]


def audit(lock: str, folder: Path) -> bool:
    """Print what is known about the packages of a lock; return whether nothing bad is."""
    for service in SERVICES:
        packages = advisories(lock, service, folder)
        if packages is not None:
            lines = findings(packages)
            print(
                f"{lock}: {len(lines)} known vulnerabilities in {len(packages)} packages that {service} knows"
            )
            print("".join(f"  {line}\n" for line in lines), end="")
            return not lines
    print(f"{lock}: NOT CHECKED. The advisories of {' and '.join(SERVICES)} cannot be reached from here.")
    return True


def write_sbom(target: Path) -> bool:
    """Write the bill of materials of the packages that the portal runs on."""
    options = ["--pyproject", "pyproject.toml", "--output-reproducible", "--output-format", "JSON"]
    if run("cyclonedx_py", "requirements", LOCKS[0], *options, "--output-file", str(target.resolve())) != 0:
        print("bin/audit: the bill of materials could not be written.", file=sys.stderr)
        return False
    parts = json.loads(target.read_text())["components"]
    print(f"{target}: {len(parts)} packages")
    return True


def main(arguments: Sequence[str]) -> int:
    if "--help" in arguments or "-h" in arguments:
        print(__doc__)
        return 0
    if SBOM_OPTION in arguments:
        rest = arguments[arguments.index(SBOM_OPTION) + 1 :]
        return 0 if write_sbom(Path(rest[0] if rest else "sbom.json")) else 1
    with tempfile.TemporaryDirectory(prefix="aftercare-audit-") as folder:
        good = [audit(lock, Path(folder)) for lock in LOCKS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
