"""Write the table of rules that the patient's phone holds; to be run whenever a rule has changed.

.venv/bin/python tools/offline_rules.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from aftercare.triage.table import rule_table  # noqa: E402

FILE = ROOT / "static" / "offline" / "rules.js"
HEAD = "// Read off the rules of aftercare/triage by tools/offline_rules.py: not to be changed by hand.\n"


def script() -> str:
    """Return the table as a script."""
    table = rule_table()
    rules = ",\n".join(f"  {json.dumps(rule)}" for rule in table.pop("rules"))
    return f"{HEAD}self.RULES = {{...{json.dumps(table)}, rules: [\n{rules}\n]}};\n"


if __name__ == "__main__":
    FILE.write_text(script())
