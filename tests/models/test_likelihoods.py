"""What the tokens of one reply tell of the texts that it might have been."""

from __future__ import annotations

import math

import pytest
from quoth.models.likelihoods import find_likeliest, read_likelihoods, read_reply_likelihood
from quoth.models.values import Step


def step(token: str, chance: float, **likeliest: float) -> Step:
    others = tuple((name.encode(), math.log(p)) for name, p in likeliest.items())
    return Step(token.encode(), math.log(chance), ((token.encode(), math.log(chance)), *others))


def chances(steps: list[Step], *texts: str) -> list[float]:
    return [round(math.exp(one), 3) for one in read_likelihoods(steps, texts)]


def test_replies_that_part_at_the_first_token_are_read_from_it() -> None:
    assert chances([step("No", 0.6, Yes=0.3, Well=0.1)], "yes", "no") == [0.3, 0.6]


def test_spellings_in_other_cases_and_behind_spaces_are_one_reply() -> None:
    steps = [step(" Yes", 0.4, yes=0.2, No=0.3, NO=0.05)]
    assert chances(steps, "Yes", "No") == [0.6, 0.35]


def test_texts_that_begin_alike_are_told_apart_where_they_part() -> None:
    steps = [step("ten", 0.5, five=0.4), step(" years", 0.75, **{" months": 0.2})]
    assert chances(steps, "ten years", "ten months", "five years") == [0.375, 0.1, 0.4]


def test_a_text_within_a_longer_one_ends_where_that_goes_on() -> None:
    steps = [step("May", 0.8), step(" 1969", 0.9, **{".": 0.1})]
    assert chances(steps, "May", "May 1969") == [0.08, 0.72]
    ended = [step("May", 0.8), step("", 0.6, **{" 1969": 0.4})]
    assert chances(ended, "May", "May 1969") == [0.48, 0.32]


def test_a_word_that_only_begins_like_a_reply_is_not_that_reply() -> None:
    assert chances([step("Not", 0.9, Yes=0.05)], "no", "yes") == [0.05, 0.05]  # at most, for "no"
    assert chances([step("No,", 0.9, Yes=0.05)], "no", "yes") == [0.9, 0.05]


def test_only_a_text_that_the_tokens_spell_is_found_likeliest() -> None:
    steps = [step("in", 0.2, Well=0.6), step(" May", 0.7, **{" June": 0.2})]
    assert find_likeliest(steps, ["by June", "in June", "in May"]) == "in May"
    assert find_likeliest(steps, ["by June"]) == find_likeliest([], ["in May"]) == ""


def test_a_text_that_is_not_among_the_likeliest_has_at_most_the_least_of_them() -> None:
    assert chances([step("The", 0.7, A=0.2)], "ten", "five") == [0.2, 0.2]


def test_parts_of_a_character_are_put_together() -> None:
    lamp, book = "灯".encode(), "书".encode()
    steps = [Step(lamp[:1], math.log(0.5)), Step(lamp[1:], math.log(0.5))]
    assert chances(steps, lamp.decode()) == [0.25]
    parting = [Step(lamp[:1], math.log(0.5), ((book[:1], math.log(0.4)),))]
    assert chances(parting, "灯", "书") == [0.5, 0.4]


@pytest.mark.parametrize("text", ['"Quoted" words', "plain words"])
def test_a_given_reply_has_the_likelihood_of_all_its_tokens_without_the_end(text: str) -> None:
    steps = [step(text[:3], 0.5), step(text[3:], 0.25), step("", 0.1)]
    assert read_reply_likelihood(steps) == pytest.approx((math.log(0.125),))


def test_without_tokens_nothing_is_told() -> None:
    assert read_likelihoods([], ["yes", "no"]) == read_reply_likelihood([]) == ()
