"""Summaries of small models: sentences of the document that stand by themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from quoth.errors import ConfigurationError, UsageError
from quoth.summarize import Summarizer, SummaryOptions
from quoth.summarize.candidates import find_sentences_of, stands_alone
from quoth.summarize.extract import extract
from quoth.text import language
from quoth.types import Document, Page
from scripted_model import Scripted

SMALL = 100_000_000
MINUTES = """# Minutes of the allotment society

Present: Hilde Maas (chair), Otto Brandt (secretary), Nora Quill.

The secretary read the letter of the water company. It was long. Rain was discussed at length by
everybody who had come, and nobody agreed with anybody about the causes of the wet spring.

Decision: the society buys a pump for 1,250 euros from Kessler. Four votes in favour, one against.

Action: Otto Brandt orders the pump by 4 May 2026.

The meeting was adjourned at 21:15.
"""
LEASE = """# Mietvertrag

Zwischen der Vermieterin Anna Vogel und dem Mieter Jonas Reif wird Folgendes vereinbart.

§ 1 Die Mietzeit beginnt am 1. April 2025 und ist auf 24 Monate befristet.

Der Hausflur ist hell, und die Fenster gehen nach Süden auf einen ruhigen Hof hinaus.

§ 2 Die Miete beträgt monatlich 840 Euro und ist am dritten Werktag zu zahlen.

§ 3 Der Mieter kann mit einer Frist von drei Monaten kündigen.
"""
CHINESE = """会议纪要

出席：王敏（主席）、李强（记录人）。

大家讨论了天气和花园里的树木,谈了很久也没有什么结果。

会议决定以一万二千元购买一台新水泵,四票赞成,一票反对。

李强负责在5月4日前完成订购工作并向委员会报告情况。
"""

RULES = """# House rules of the boat club

The rules were made by people who like boats, and the oldest of them are older than the jetty.

All members must sign the book in the hut before they take a boat out on the water.

Boats are returned within 3 hours, and exceptions need the consent of the keeper in writing.

The keeper Ilse Brahm is responsible for keys.
"""
ORDNUNG = """# Hausordnung

Das Haus hat schöne alte Fenster, und im Hof steht seit langer Zeit eine große Linde.

Bewohner müssen die Haustür nach 22 Uhr abschließen und dürfen im Hof nicht grillen.

Sperrmüll wird innerhalb von 14 Tagen abgeholt; Ausnahmen sind schriftlich zu genehmigen.
"""
CHINESE_RULES = """宿舍管理规定

院子里的树很高,夏天的时候大家都喜欢在树下面乘凉聊天。

本规定适用于全体住户,访客必须在晚上十点以前离开宿舍楼。

住户不得私拉电线,违反的由管理部门处理,例外须经书面批准。
"""


NEWS = """Fire closes the old grain store

WEXCOMBE (AP) - A fire destroyed the grain store in Harbour Street, officials said on Tuesday.

“We had ten minutes,” said Olaf Brandt. “It was very hot.” “I saw it,” said his wife.
"""
NACHRICHT = """Kornspeicher abgebrannt

In der Hafenstraße ist am Dienstag ein Kornspeicher abgebrannt, teilte die Polizei mit.

Die Polizei bestätigte, dass niemand verletzt wurde, und sucht nach Zeugen des Brandes.
"""


def document(text: str) -> Document:
    return Document("a.md", "a", "markdown", (Page(1, text),))


@pytest.mark.parametrize(
    "text",
    [
        "He walked to the harbour and waited there for an hour.",
        "However, the council refused to pay for the second bridge.",
        "These were the reasons for which the whole plan was dropped.",
        "and then the whole plan was dropped by the new council",
        "Would the council pay for the bridge in the next year?",
        "When they had left, the council locked the gate for the night.",
        "Either party may end the lease if they are not restored in 30 months.",
        "Two of them had spent a whole winter on the upper lake.",
        "(He walks to the window and looks down at the harbour.)",
        "[Scene: the harbour, where Ida and Olaf mend a net.]",
        "The first journal of the harbour was written by W.",
        "The filter was first described by Hansen in U.S. application Ser.",
        "The following table shows the sales of each of the four regions.",
        "See the page on filters for a description of each of them.",
        "Represents the sales of the two regions in the north.",
        "In May 2007, he was elected to the council of the town.",
        "Refer to the part on sales for a discussion of the regions.",
        "36: 451-458 (1995) that the form of the capsule has advantages.",
        "Telephone number: 030 5550 0000",
        "Charges | $—: 19",
        "Copyright 2024 by the council of the town, all rights reserved.",
        "Chapter one ........................................ 12",
        "A short line.",
        "THE COUNCIL OF THE TOWN AND THE BRIDGE OVER THE RIVER.",
    ],
)
def test_what_refers_back_or_is_no_sentence_does_not_stand_alone(text: str) -> None:
    assert not stands_alone(text, language("en"))


def test_sentences_and_rows_with_a_number_stand_alone() -> None:
    assert stands_alone("The council agreed to mend the bridge by May.", language("en"))
    assert stands_alone("Monthly rent: 840 euros", language("en"))
    assert not stands_alone("Name of the tenant: as above", language("en"))
    assert not stands_alone("Schedule 2: works of the tenant", language("en"))
    assert not stands_alone("Er ging zum Hafen und wartete dort eine Stunde.", language("de"))
    assert not stands_alone("因此市议会决定不再支付第二座桥的费用。", language("zh"))


def test_a_sentence_never_runs_over_a_heading_or_a_running_head() -> None:
    line = "The town keeps old bridge {} open to carts and to people on foot all"
    pages = tuple(
        Page(n, f"Annual report of the town\n{line.format(n)}\nthrough winter number {n}.\n")
        for n in (1, 2, 3)
    )
    found = find_sentences_of(Document("a", "a", "pdf", pages), language("en"))
    expected = [f"{line.format(n)} through winter number {n}." for n in (1, 2, 3)]
    assert [c.text for c in found if stands_alone(c.text, language("en"))] == expected
    assert all(c.page.text[c.start : c.end].split() == c.text.split() for c in found)


def test_a_title_is_no_label_and_a_number_of_a_clause_is_left_out() -> None:
    text = (
        "Ms. Holm joined the council in May 2014.\n\nJ. Brandt left it in 2015.\n\n"
        "• Sales in the north rose by 4 per cent.\n\n"
        "7 The tenant pays the rent on the first day of each month.\n\n12 Boats sank in the storm."
    )
    assert [c.text for c in find_sentences_of(document(text), language("en"))] == [
        "Ms. Holm joined the council in May 2014.",
        "J. Brandt left it in 2015.",
        "Sales in the north rose by 4 per cent.",
        "The tenant pays the rent on the first day of each month.",
        "12 Boats sank in the storm.",
    ]


def test_a_label_stays_with_its_sentence_and_a_link_loses_its_target() -> None:
    text = (
        "**Decision 7.** The club buys a [boat](https://a.example/b). Unanimous. Nobody left early."
    )
    first, *others = find_sentences_of(document(text), language("en"))
    assert first.text.startswith("Decision 7: The club buys a ")
    assert [c.text for c in others] == ["Unanimous.", "Nobody left early."]


def test_a_kind_needs_its_head_in_the_first_lines() -> None:
    assert extract(
        document(f"{'The mill stands by the river. ' * 40}\n{MINUTES}"), 30
    ).kind.name == ("report")


def test_a_small_model_is_not_asked_and_the_summary_says_so() -> None:
    model = Scripted(parameters=SMALL)
    summary = Summarizer(model).invoke(document(MINUTES))
    assert not model.asked
    assert summary.is_extract
    assert (summary.strategy, summary.kinds, summary.coverage) == ("extract", ("minutes",), 1.0)
    assert all(sentence.links for sentence in summary.sentences)
    assert not summary.unsupported


def test_an_extract_of_several_documents_has_sentences_of_each() -> None:
    other = Document("b.md", "b", "markdown", (Page(1, MINUTES.replace("4 May", "9 June")),))
    summary = Summarizer(Scripted(parameters=SMALL)).invoke([document(MINUTES), other])
    assert {link.source for s in summary.sentences for link in s.links} == {"a.md", "b.md"}
    assert "4 May 2026" in summary.text
    assert "9 June 2026" in summary.text


def test_a_larger_model_writes_and_may_be_told_to_extract() -> None:
    model = Scripted()
    assert not Summarizer(model).invoke(document(MINUTES)).is_extract
    before = len(model.asked)
    options = SummaryOptions("extract")
    assert Summarizer(model, options=options).invoke(document(MINUTES)).is_extract
    assert len(model.asked) == before


@pytest.mark.parametrize(
    ("text", "kind", "words", "wanted"),
    [
        (MINUTES, "minutes", 30, ("1,250 euros", "Four votes", "4 May 2026")),
        (LEASE, "contract", 52, ("24 Monate", "840 Euro", "drei Monaten")),
        (CHINESE, "minutes", 70, ("四票赞成", "5月4日前")),
        (NEWS, "news", 24, ("Harbour Street",)),
        (NACHRICHT, "news", 24, ("Hafenstraße",)),
        (RULES, "policy", 45, ("sign the book", "3 hours", "Ilse Brahm")),
        (ORDNUNG, "policy", 30, ("22 Uhr", "14 Tagen")),
        (CHINESE_RULES, "policy", 60, ("十点以前", "不得私拉电线")),
    ],
)
def test_the_kind_decides_what_is_taken(
    text: str, kind: str, words: int, wanted: tuple[str, ...]
) -> None:
    found = extract(document(text), words)
    assert found.kind.name == kind
    assert not [fact for fact in wanted if fact not in found.text]


def test_a_report_on_a_policy_is_no_policy() -> None:
    text = "A report on the policy of the county.\n\nStaff must say what changed. " * 5
    assert extract(document(text), 30).kind.name == "report"


def test_votes_stand_behind_their_decision_or_nowhere() -> None:
    pages = "\n\n".join(
        f"Decision {n}: the society buys pump number {n} from Kessler. It is a big one. "
        f"Votes for: {n + 2}, and one against."
        for n in range(1, 9)
    )
    taken = extract(document(f"{MINUTES}\n{pages}"), 60).text
    decisions = re.findall(r"Decision (\d): [^.]*\. (?:Votes for: (\d+))?", taken)
    assert len(decisions) >= 2
    assert all(int(votes) == int(number) + 2 for number, votes in decisions)
    assert taken.count("Votes for") == len(decisions)


LEAD = "The mill of Arnum is a museum. The mill was built in 1790 by Hans Lund. " + (
    "Since 1988 the mill belongs to the town. The mill of Arnum has 14,000 visitors a year."
)
LATER = "The mill of Arnum was painted in {n}99 by the miller, and the mill of Arnum stood still."


@pytest.mark.parametrize("heading", ["\n\n## History\n\n", "\n\nHistory\n\n"])
def test_the_lead_of_a_report_comes_before_what_is_central(heading: str) -> None:
    text = f"# Mill\n\n{LEAD}{heading}" + "\n\n".join(LATER.format(n=n) for n in range(10, 19))
    assert extract(document(text), 36).text == LEAD
    assert extract(document(text.replace(heading, " ")), 36).text != LEAD


def test_references_and_entries_of_their_list_are_left_out() -> None:
    entry = "[3] Lund, The bridges of Arnum (1990)."
    text = f"The bridge was opened in 1871.[3][14] It is long.\n\n{entry}"
    found = [c.text for c in find_sentences_of(document(text), language("en"))]
    assert found[0] == "The bridge was opened in 1871."
    assert [text for text in found if stands_alone(text, language("en"))] == found[:1]


def test_a_story_gives_one_sentence_of_each_part_and_no_speech() -> None:
    text = "\n\n".join(
        f"Marta carried lamp number {n} down to the cellar of the mill. "
        f"“Is lamp {n} lit?” asked Piet. “Not yet, but number {n} will be,” said Marta Holm."
        for n in range(40)
    )
    found = extract(document(text), 60)
    assert found.kind.name == "story"
    positions = [sentence.position for sentence in found.sentences]
    assert positions == sorted(positions)
    assert positions[0] < 0.4 < 0.6 < positions[-1]
    assert "“" not in found.text


def test_a_query_takes_the_sentences_that_share_its_words() -> None:
    assert "Otto Brandt orders the pump" in extract(document(MINUTES), 20, query="Who orders?").text
    assert extract(document(MINUTES), 20, query="Which zeppelin?").text == ""


def test_a_kind_is_added_in_a_file_and_a_broken_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "kinds"
    folder.mkdir()
    (folder / "recipe.yaml").write_text(
        "enough: 1\nsigns:\n  en: ['(?i)ingredients']\nneeds:\n  heat:\n    en: '\\d+ degrees'\n"
    )
    text = "Ingredients are listed first.\n\nBake the bread in the oven at 230 degrees for an hour."
    found = extract(document(text), 12, folders=[tmp_path])
    assert (found.kind.name, "230" in found.text) == ("recipe", True)
    with pytest.raises(UsageError, match="no kind of document 'sonnet'"):
        extract(document(text), 12, kind="sonnet", folders=[tmp_path])
    (folder / "recipe.yaml").write_text("sings: {}\n")
    with pytest.raises(ConfigurationError, match=r"recipe\.yaml: sings"):
        extract(document(text), 12, folders=[tmp_path])


@pytest.mark.parametrize("length", [120, "120", "120 words", " 120 Words "])
def test_a_length_is_a_number_with_or_without_its_unit(length: str | int) -> None:
    assert SummaryOptions(length=length).words == 120


def test_another_unit_is_refused() -> None:
    with pytest.raises(UsageError, match="120 pages"):
        SummaryOptions(length="120 pages")


def test_fields_of_a_schema_are_in_the_text_or_null() -> None:
    text = (
        "Invoice number: 4711\n\nCustomer: Otto Brandt\n\nThe net total is 1,250 euros for May.\n\n"
        "The gross sales rose to 48.2 million crowns. The share sold is 1/2 of all."
    )
    schema = {
        "type": "object",
        "properties": {
            "invoice_number": {"type": "integer"},
            "customer": {"type": "string"},
            "netTotal": {"type": ["number", "null"]},
            "gross_sales": {"type": "number"},
            "share_sold": {"type": "number"},
            "due_date": {"type": "string"},
        },
    }
    model = Scripted(parameters=SMALL)
    summary = Summarizer(model, options=SummaryOptions(schema=schema)).invoke(document(text))
    assert summary.data == {
        "invoice_number": 4711,
        "customer": "Otto Brandt",
        "netTotal": 1250.0,
        "gross_sales": 48_200_000.0,
        "share_sold": None,
        "due_date": None,
    }
    assert "Not found in the text: share_sold, due_date." in summary.notes
    assert not model.asked


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "The text of this book is free to use under the Apache License, Version 2.0."),
        ("en", "This work is published under a Creative Commons licence."),
        ("de", "Dieser Text steht unter der Lizenz Creative Commons Namensnennung 4.0."),
        ("es", "Este libro se publica bajo la licencia de su autora desde el año pasado."),
        ("fr", "Ce livre est publié sous la licence de son autrice depuis l'année dernière."),
        ("zh", "本书采用知识共享许可协议进行许可。"),
    ],
)
def test_a_licence_is_no_sentence_of_a_summary(code: str, sentence: str) -> None:
    assert not stands_alone(sentence, language(code))


def test_a_licence_that_a_contract_gives_is_one() -> None:
    granted = "The author grants the publisher a licence to print 2,000 copies of the book."
    assert stands_alone(granted, language("en"))
