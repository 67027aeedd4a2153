from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoth.text import find_numbers, find_unsupported_numbers, read_number_values


def readings(text: str) -> list[set[tuple[str, ...]]]:
    return [set(number.readings) for number in find_numbers(text)]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", "7"),
        ("007", "7"),
        ("3.50", "3.5"),
        ("12,5", "12.5"),
        (".5", "0.5"),
        ("0,123", "0.123"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1’234’567", "1234567"),
        ("12,34,567.8", "1234567.8"),
        ("1\u00a0200", "1200"),
        ("1\u2009234\u2009567", "1234567"),
        ("1\u202f234,5", "1234.5"),
        ("١٢٫٥", "12.5"),
        ("١٬٢٣٤", "1234"),
        ("१२,३४,५६७", "1234567"),
        ("１２３", "123"),
        ("2024", "2024"),
        ("12:30", "12/30"),
        ("12.05.2024", "12/5/2024"),
        ("3.5/10", "3.5/10"),
    ],
)
def test_a_number_has_the_same_value_however_a_country_writes_it(written: str, value: str) -> None:
    assert readings(f"It is {written} today.") == [{(value,)}]


@pytest.mark.parametrize(
    ("written", "meanings"),
    [
        ("1,234", {("1.234",), ("1234",)}),
        ("1.234", {("1.234",), ("1234",)}),
        ("1 200", {("1200",), ("1", "200")}),
        ("1,2,3", {("1", "2", "3")}),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_has_both_readings(
    written: str, meanings: set[tuple[str, ...]]
) -> None:
    assert readings(written) == [meanings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 2019, 2020 and 2021.", ["2019", "2020", "2021"]),
        ("In 2018 200 people came.", ["2018", "200"]),
        ("FY2018 10-K, 3M", ["2018", "10", "3"]),
        ("No number.", []),
        ("Es kostet 1.234,56 €.", ["1.234,56"]),
        ("2012年の人口は1,300万人", ["2012", "1,300万"]),
    ],
)
def test_numbers_are_found_as_they_are_written(text: str, found: list[str]) -> None:
    assert [number.text for number in find_numbers(text)] == found
    assert all(text.startswith(number.text, number.start) for number in find_numbers(text))


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("1200 crowns", "It costs 1,200 crowns."),
        ("1,200 crowns", "Es kostet 1.200 Kronen."),
        ("1.234,5", "It is 1,234.50 in all."),
        ("12.5 %", "12,5 %"),
        ("1 200 crowns", "1200 crowns"),
        ("1 crown", "Table 1 200 crowns"),
        ("at half past 12", "12:30"),
        ("3", "٣ أيام"),
        # Scales, in words and signs.
        ("1.500.000 Euro", "1,5 Millionen Euro"),
        ("48.750.000", "48,75 Mio. Euro"),
        ("$1.2 billion", "$1,200 million"),
        ("1.2 billion", "In millions: 1,200 in 2019 and 1.2 in 2020, billion"),
        ("1577 million", "(in millions) 1,577"),
        ("1,5 Mrd. €", "1.500.000.000 €"),
        ("5 lakh", "5,00,000"),
        ("2 करोड़", "20000000"),
        ("२ लाख", "2,00,000"),
        ("2 mil millones", "2.000 millones"),
        ("1,5 млн", "1 500 000"),
        ("3 ملايين", "٣٬٠٠٠٬٠٠٠"),
        ("5ล้านบาท", "5,000,000"),
        ("12億3000万円", "1,230,000,000"),
        ("1230000000", "12億3000万円"),
        ("3万", "三万"),
        ("30000", "三万元"),
        ("120", "一百二十米"),
        ("2015年", "二〇一五年"),
        ("3年", "三年"),
        ("1만 5천", "15000"),
        ("10K filing", "the 10-K"),
        ("10k people", "10,000 people"),
        # Signs, powers, fractions, notes.
        ("-1,577", "Loss (1,577)"),
        ("1,577", "Loss (1,577)"),
        ("−5 °C", "at -5 °C"),
        ("5", "from -5"),
        ("10⁶", "1,000,000"),
        ("2.4 × 10^6", "2400000"),
        ("2.4e6", "2,400,000"),
        ("12", "12⁵ people"),
        ("12⁵", "12"),
        ("6.5 sacks", "6½ sacks"),
        ("2018", "FY2018"),
        ("120米", "高120米"),
        ("120", "高１２０米"),
        # The habit of a text.
        ("10000", "Es sind 10.000, je 2,5 kg."),
    ],
)
def test_a_number_is_supported_by_a_source_that_can_be_read_so(answer: str, source: str) -> None:
    assert find_unsupported_numbers(answer, [source]) == ()


@pytest.mark.parametrize(
    ("answer", "source", "missing"),
    [
        ("125 %", "12,5 %", ("125",)),
        ("12 %", "12,5 %", ("12",)),
        ("5 %", "12,5 %", ("5",)),
        ("20192020", "in 2019, 2020", ("20192020",)),
        ("12:30", "at 12, for 30 minutes", ("12:30",)),
        ("14 days, or 21 days, or 21 hours", "kept for 14 days", ("21",)),
        ("1,5 and 2,5", "15 and 2.5", ("1,5",)),
        ("1,5 Milliarden", "1,5 Millionen", ("1,5 Milliarden",)),
        ("15", "1,5 Millionen", ("15",)),
        ("-5", "5", ("5",)),
        ("10⁶", "10⁵", ("10⁶",)),
        ("125", "12⁵", ("125",)),
        ("13億", "12億3000万", ("13億",)),
        ("10", "Es sind 10.000, je 2,5 kg.", ("10",)),
        ("十分好，万一下雨", "", ()),
    ],
)
def test_a_number_that_no_source_has_is_unsupported(
    answer: str, source: str, missing: tuple[str, ...]
) -> None:
    assert find_unsupported_numbers(answer, [source]) == missing


@given(st.text(alphabet="0123456789.,'’:/ \u00a0\u202f٫٬a-()⁵½三万億Mk^e", max_size=30))
def test_every_text_supports_its_own_numbers(text: str) -> None:
    values = read_number_values([text])
    assert all(number.readings and number.is_among(values) for number in find_numbers(text))


@given(st.integers(0, 10**12), st.sampled_from(",.'’٬\u00a0\u2009\u202f "))
def test_grouping_does_not_change_a_number(value: int, mark: str) -> None:
    written = f"{value:,}".replace(",", mark)
    assert find_unsupported_numbers(str(value), [written]) == ()
    assert find_unsupported_numbers(written, [str(value)]) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1234567½ t", {"1234567.5"}),
        ("6⅔ m", {"6.6667"}),
        ("at 10:30½", {"10/30"}),
        ("0/0¼", {"0/0"}),
        ("9" * 5000 + "½", {"9" * 5000}),
        ("9" * 5000 + "億5", set()),
        ("5" + "²" * 3000, set()),
        ("1" + "0" * 5000 + " million", set()),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_no_number_is_too_odd_or_too_long(text: str, values: set[str]) -> None:
    assert values <= read_number_values([text])
