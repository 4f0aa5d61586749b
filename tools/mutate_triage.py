"""Mutation test of triage: checks that a test fails for every broken rule and limit.

    .venv/bin/python tools/mutate_triage.py [word ...]

Each mutant is the engine with one change:

    * one rule of the catalogue dropped;
    * a severity, a compared number, a default limit or a default hour moved by one step, up and down;
    * ``>`` for ``>=`` and the like, ``==`` widened to either side, ``in``, ``is``, ``and``, ``or``, ``not`` inverted;
    * one word left out of a group of signs, symptoms or rule families;
    * a level lowered by one step.

Every mutant runs in a forked process of its own, which imports the changed module and runs tests/triage, file
by file, until a test fails; the tables come first, the slower property tests last. Nothing is written to
disk. Words on the command line choose the mutants whose description contains one of them.

Prints every mutant that no test noticed; exits 1 if there is one, 2 if the tests fail without a mutant.
"""

import ast
import gc
import importlib
import importlib.abc
import importlib.machinery
import io
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "aftercare.triage"
RULES = [f"{PACKAGE}.rules.{name}" for name in ("emergency", "urgent", "same_day", "routine")]
MODULES = [
    *RULES,
    *(f"{PACKAGE}.{name}" for name in ("answers", "limits", "courses", "series", "evaluation", "timed")),
]
TESTS = (
    *("severity_rules", "time_limits", "returns", "at_risk", "no_procedure", "catalogue"),
    *("newly_fired", "timed", "limits", "courses", "answers", "properties"),
)
# By a word in a mutant's description, the tests most likely to notice it, which run first.
LIKELY = {
    **{f"/{name}.py": name for name in ("timed", "limits", "courses", "answers")},
    "/evaluation.py": "newly_fired",
    "Level.": "catalogue",
    "at_risk": "at_risk",
    "past": "time_limits",
    "late": "time_limits",
    "HOT_SORE": "time_limits",
    "return": "returns",
    "rise": "returns",
}

SEVERITIES = ("NONE", "MILD", "MODERATE", "SEVERE", "VERY_SEVERE")
LEVELS = ("EXPECTED", "ROUTINE", "SAME_DAY", "URGENT", "EMERGENCY")
NUMBERS_IN = ("DEFAULT_HOURS", "DEFAULT_SIGN_HOURS", "CEILING", "Limits")
WORDS = ("Sign", "Unwell", "CameBack")
# Plugins of pytest that are not needed here.
SPARED = ("cacheprovider", "unraisableexception", "threadexception", "logging", "faulthandler", "doctest")

OPERATORS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE,),
    ast.GtE: (ast.Gt,),
    ast.Lt: (ast.LtE,),
    ast.LtE: (ast.Lt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}

# (node, field, new value of the field, description)
Change = tuple[ast.AST, str, object, str]


@dataclass(frozen=True)
class Mutant:
    """One change: new code for a module, or the id of a rule to drop."""

    words: str
    module: str = ""
    code: CodeType | None = None
    dropped: str = ""


def mutants() -> Iterator[Mutant]:
    from aftercare.triage import RULES as catalogue

    yield from (Mutant(f"drop {rule}", dropped=rule) for rule in catalogue)
    for module in MODULES:
        path = ROOT / (module.replace(".", "/") + ".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node, field, new, words in list(changes(tree, module)):
            old = getattr(node, field)
            setattr(node, field, new)
            code = compile(ast.fix_missing_locations(tree), str(path), "exec")
            setattr(node, field, old)
            line = getattr(node, "lineno", "?")
            yield Mutant(f"{path.relative_to(ROOT)}:{line}: {words}", module=module, code=code)


def changes(tree: ast.Module, module: str) -> Iterator[Change]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from compare_changes(node, module)
        elif isinstance(node, ast.BoolOp):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, "op", other, f"and/or turned round in `{ast.unparse(node)}`"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            # `not not x` is x, and still a node of the same shape.
            doubled = ast.UnaryOp(op=ast.Not(), operand=node.operand)
            yield node, "operand", doubled, f"not left out of `{ast.unparse(node)}`"
        elif isinstance(node, ast.Tuple | ast.Set):
            yield from group_changes(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from level_changes(node, node.value.id)
    for statement in tree.body:
        if name_of(statement) in NUMBERS_IN:
            yield from number_changes(statement)


def compare_changes(node: ast.Compare, module: str) -> Iterator[Change]:
    text = ast.unparse(node)
    for index, operator in enumerate(node.ops):
        others = OPERATORS[type(operator)]
        if isinstance(operator, ast.Eq) and module in RULES:
            # VERY_SEVERE is the highest severity, so that `>=` would be equivalent.
            top = ast.unparse(node.comparators[index]) == "VERY_SEVERE"
            others = (ast.LtE,) if top else (ast.LtE, ast.GtE)
        for other in others:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield node, "ops", ops, f"{type(operator).__name__} becomes {other.__name__} in `{text}`"
    for step in (1, -1):
        if is_amount(node.left):
            yield node, "left", moved(node.left, step), f"left {step:+} in `{text}`"
        for index, right in enumerate(node.comparators):
            if is_amount(right):
                rest = [*node.comparators[:index], moved(right, step), *node.comparators[index + 1 :]]
                yield node, "comparators", rest, f"right {step:+} in `{text}`"


def group_changes(node: ast.Tuple | ast.Set) -> Iterator[Change]:
    if not all(is_word(element) for element in node.elts):
        return
    for index, element in enumerate(node.elts):
        rest = [*node.elts[:index], *node.elts[index + 1 :]]
        yield node, "elts", rest, f"without {ast.unparse(element)} in `{ast.unparse(node)}`"


def level_changes(node: ast.Attribute, owner: str) -> Iterator[Change]:
    if owner != "Level" or node.attr not in LEVELS[1:]:
        return
    lower = LEVELS[LEVELS.index(node.attr) - 1]
    yield node, "attr", lower, f"Level.{node.attr} becomes {lower}"


def number_changes(statement: ast.stmt) -> Iterator[Change]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            for step in (1, -1):
                amount = node.value + step
                yield node, "value", amount, f"{node.value:g} becomes {amount:g}"


def name_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.ClassDef):
        return statement.name
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def is_amount(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id in SEVERITIES
    return isinstance(node, ast.Constant) and type(node.value) is int


def is_word(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id in WORDS
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def moved(node: ast.expr, step: int) -> ast.expr:
    return ast.BinOp(left=node, op=ast.Add(), right=ast.Constant(step))


class MutantLoader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the changed code in place of the module's own."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name = name
        self.code = code

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def drop(rule: str) -> None:
    """Disable a rule but leave it in the catalogue, so that only a test of findings can notice."""
    evaluation = vars(importlib.import_module(f"{PACKAGE}.evaluation"))
    kept = tuple((known, condition) for known, condition in evaluation["CHECKED"] if known.id != rule)
    if len(kept) == len(evaluation["CHECKED"]):
        evaluation["AT_RISK_FAMILIES"] = frozenset()  # the rule that evaluates other findings
    evaluation["CHECKED"] = kept


def tests_for(mutant: Mutant) -> list[str]:
    first = [test for word, test in LIKELY.items() if word in mutant.words]
    return [f"tests/triage/test_{name}.py" for name in dict.fromkeys([*first, *TESTS])]


def passes(mutant: Mutant | None) -> bool:
    """Return whether every test passes, in this process."""
    import pytest

    for name in [name for name in sys.modules if f"{name}.".startswith(f"{PACKAGE}.")]:
        del sys.modules[name]
    if mutant is not None and mutant.code is not None:
        sys.meta_path.insert(0, MutantLoader(mutant.module, mutant.code))
    if mutant is not None and mutant.dropped:
        drop(mutant.dropped)
    options = ["-x", "-q", "-c", os.devnull, "--rootdir", str(ROOT), "--confcutdir=tests/triage"]
    options += ["-s", "--tb=native", "--assert=plain"]  # failure details are not needed
    options += [f"-pno:{plugin}" for plugin in SPARED]
    files = tests_for(mutant or Mutant("none"))
    return all(pytest.main([*options, file]) == pytest.ExitCode.OK for file in files)


def survives(mutant: Mutant | None) -> bool:
    """Return whether every test passes, in a forked process."""
    child = os.fork()
    if child == 0:
        signal.alarm(120)  # a hanging mutant counts as noticed
        survived = False
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                survived = passes(mutant)
        finally:
            os._exit(0 if survived else 1)
    _, status = os.waitpid(child, 0)
    return status == 0


def prepare() -> None:
    """Import once what every run needs."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in ("pytest", "hypothesis.strategies"):
        importlib.import_module(name)


def main(words: list[str]) -> int:
    begun = time.monotonic()
    prepare()
    chosen = [each for each in mutants() if not words or any(word in each.words for word in words)]
    gc.freeze()  # children need not scan inherited objects
    if not survives(None):
        print("The tests fail without any mutant; mend them first.")
        return 2
    survivors = []
    for mutant in chosen:
        if survives(mutant):
            survivors.append(mutant)
            print(f"survived: {mutant.words}", flush=True)
    print(f"{len(chosen)} mutants, {len(survivors)} survived, {time.monotonic() - begun:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
