"""The rules of ``switched_off`` still stand where they are said to; docs/rules.md names all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulation.switched_off import RULES

if TYPE_CHECKING:
    from tests.simulation.rule import Rule

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_can_be_switched_off_and_is_listed(rule: Rule) -> None:
    code = (ROOT / rule.path).read_text()
    assert rule.switched_off(code) != code
    assert f"| {rule.name} |" in (ROOT / "docs" / "rules.md").read_text()
    assert rule.test is None or (ROOT / rule.test).exists()


def test_no_two_rules_go_by_one_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) >= 20
