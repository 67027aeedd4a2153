"""What is made of a model's reply to a part, in the shapes in which capable models reply."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from quoth.errors import GenerationError
from quoth.summarize import Summarizer, Summary, SummaryOptions
from quoth.types import Document, Page
from scripted_model import Scripted


@dataclass(frozen=True)
class Spoken:
    """A text, two sentences that say what it says, and the phrases of a model around them."""

    text: str
    said: tuple[str, str]
    invented: str
    preamble: str
    heading: str
    refusal: str
    offer: str


SPOKEN = {
    "en": Spoken(
        "The Ashdale dam stands on the upper Ash. It was built by Hollmann in 1962 and is 120 "
        "metres high. It supplies three towns with water. The sluice is tested twice a year.",
        ("The Ashdale dam was built by Hollmann in 1962.", "It supplies three towns with water."),
        "The dam cost 45 million crowns.",
        "Here is a summary of the text:",
        "Overview",
        "I'm sorry, but I can't help with that request.",
        "Let me know if you would like a longer summary!",
    ),
    "de": Spoken(
        "Die Ahrntal-Talsperre liegt am Oberlauf der Ahrn. Sie wurde 1962 von der Firma Hollmann "
        "gebaut und ist 120 Meter hoch. Sie versorgt drei Gemeinden mit Wasser. Der Grundablass "
        "wird zweimal im Jahr geprüft.",
        (
            "Die Ahrntal-Talsperre wurde 1962 von der Firma Hollmann gebaut.",
            "Sie versorgt drei Gemeinden mit Wasser.",
        ),
        "Die Talsperre kostete 45 Millionen Kronen.",
        "Hier ist eine Zusammenfassung des Textes:",
        "Überblick",
        "Es tut mir leid, aber dabei kann ich nicht helfen.",
        "Lassen Sie mich wissen, wenn Sie weitere Fragen haben!",
    ),
    "es": Spoken(
        "La presa de Valdeagua está en el curso alto del río Agua. La construyó la empresa "
        "Hollmann en 1962 y mide 120 metros de altura. Abastece de agua a tres municipios. El "
        "desagüe se "
        "revisa dos veces al año.",
        (
            "La empresa Hollmann construyó la presa de Valdeagua en 1962.",
            "La presa abastece de agua a tres municipios.",
        ),
        "La presa costó 45 millones de coronas.",
        "Aquí tienes un resumen del texto:",
        "Resumen general",
        "Lo siento, pero no puedo ayudarte con eso.",
        "¡Avísame si quieres un resumen más largo!",
    ),
    "fr": Spoken(
        "Le barrage de Valdeau se trouve sur le cours supérieur de l'Eau. L'entreprise Hollmann "
        "l'a construit en 1962 et il mesure 120 mètres de haut. Il alimente trois communes en eau. "
        "La "
        "vanne est contrôlée deux fois par an.",
        (
            "L'entreprise Hollmann a construit le barrage de Valdeau en 1962.",
            "Le barrage alimente trois communes en eau.",
        ),
        "Le barrage a coûté 45 millions de couronnes.",
        "Voici un résumé du texte :",
        "Aperçu",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "N'hésitez pas à me dire si vous souhaitez un résumé plus long !",
    ),
    "zh": Spoken(
        "青龙大坝位于青水河上游。大坝由华东工程公司于1962年建成，高120米。"
        "大坝为下游三座城市供水。泄洪闸每年检查两次。",
        ("青龙大坝由华东工程公司于1962年建成。", "大坝为下游三座城市供水。"),
        "大坝耗资4500万元。",
        "以下是文本的摘要：",
        "概述",
        "抱歉，我无法帮助您完成这个请求。",
        "如果您需要更长的摘要，请告诉我！",
    ),
    "ru": Spoken(
        "Ашдальская плотина стоит в верховьях реки Аш. Её построила фирма «Холльман» в 1962 году, "
        "высота плотины 120 метров. Она снабжает водой три города. Затвор проверяют дважды в год.",
        (
            "Ашдальская плотина построена фирмой «Холльман» в 1962 году.",
            "Плотина снабжает водой три города.",
        ),
        "Плотина стоила 45 миллионов крон.",
        "Вот краткое изложение текста:",
        "Обзор",
        "Извините, но я не могу помочь с этим запросом.",
        "Дайте знать, если нужно более подробное изложение!",
    ),
}
"""By language. The sentences are of our own."""


def summarize(text: str, *replies: str, **options: object) -> Summary:
    """Return the summary of a text by a capable model with these replies, the last one for ever."""
    left = list(replies)

    def answer(prompt: str) -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    settings = SummaryOptions(**{"length": "60", **options})  # type: ignore[arg-type]
    return Summarizer(Scripted(answer=answer), options=settings).invoke(
        Document("dam.txt", "Dam", "text", (Page(1, text),))
    )


def shapes(spoken: Spoken) -> dict[str, str]:
    """Return replies that all say the two sentences and nothing else, by the name of the shape."""
    first, second = spoken.said
    return {
        "prose": f"{first} {second}",
        "preamble": f"{spoken.preamble}\n\n{first} {second}",
        "bold preamble": f"**{spoken.preamble}**\n\n{first} {second}",
        "bullets": f"- {first}\n- {second}",
        "heading and bullets": f"## {spoken.heading}\n\n* {first}\n* **{second}**",
        "numbered": f"1. {first}\n2. {second}",
        "fence": f"```\n{first} {second}\n```",
        "thinking": f"<think>The user wants a summary.</think>\n\n{first} {second}",
        "said again": f"{first} {second} {first} {second}",
        "loop": f"{first} {second} " + f"{second} " * 20,
        "offer": f"{first} {second}\n\n{spoken.offer}",
        "invented": f"{first} {spoken.invented} {second}",
    }


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("shape", shapes(SPOKEN["en"]))
def test_a_reply_is_shown_without_what_is_around_it(language: str, shape: str) -> None:
    spoken = SPOKEN[language]
    summary = summarize(spoken.text, shapes(spoken)[shape])
    assert [sentence.text for sentence in summary.sentences] == list(spoken.said)


@pytest.mark.parametrize("language", SPOKEN)
def test_a_part_that_a_model_declines_is_told_by_its_own_sentences(language: str) -> None:
    spoken = SPOKEN[language]
    summary = summarize(spoken.text, spoken.refusal)
    assert spoken.refusal not in summary.text
    assert all(sentence.text in spoken.text for sentence in summary.sentences)
    assert summary.sentences
    assert summary.notes


@pytest.mark.parametrize("language", SPOKEN)
def test_a_summary_in_another_language_than_the_text_says_so(language: str) -> None:
    spoken = SPOKEN[language]
    other, name = (SPOKEN["es"], "Spanish") if language == "en" else (SPOKEN["en"], "English")
    notes = summarize(spoken.text, " ".join(other.said)).notes
    assert any(f"The summary is in {name}, and not in " in note for note in notes)
    assert not any(
        "The summary is in" in note for note in summarize(spoken.text, *spoken.said).notes
    )


def test_a_reduction_and_a_refinement_are_read_like_a_part() -> None:
    spoken = SPOKEN["en"]
    text = "\n\n".join([spoken.text] * 40)
    said = " ".join(spoken.said)
    reply = f"{spoken.preamble}\n\n## {spoken.heading}\n- {said}\n\n{spoken.offer}"
    for strategy in ("map-reduce", "refine"):
        summary = summarize(text, reply, strategy=strategy, map_tokens=1500)
        assert [sentence.text for sentence in summary.sentences] == list(spoken.said), strategy
        assert summary.calls > 1


@pytest.mark.parametrize("language", SPOKEN)
def test_nothing_on_a_question_is_no_sentence_of_the_summary(language: str) -> None:
    spoken = SPOKEN[language]
    summary = summarize(spoken.text, spoken.refusal, query="What does the zoo cost?")
    assert spoken.refusal not in summary.text


EXCHANGED = {
    "en": (
        "The northern mill was built in 1871 by the Aldous family. It ground barley for the "
        "brewery. A storm took its sails. The parish repaired the roof. The southern pump was "
        "installed in 1934 by two engineers from Torrington.",
        "The Aldous family built the northern mill in {year}.",
    ),
    "de": (
        "Die Nordmühle wurde 1871 von der Familie Aldous gebaut. Sie mahlte Gerste für die "
        "Brauerei. Ein Sturm nahm ihr die Flügel. Die Gemeinde deckte das Dach neu. Die Südpumpe "
        "wurde 1934 von zwei Ingenieuren aus Torrington eingebaut.",
        "Die Nordmühle wurde im Jahr {year} von der Familie Aldous gebaut.",
    ),
    "es": (
        "El molino del norte fue construido en 1871 por la familia Aldous. Molía cebada para la "
        "cervecería. Una tormenta se llevó las aspas. La parroquia reparó el tejado. La bomba del "
        "sur fue instalada en 1934 por dos ingenieros de Torrington.",
        "La familia Aldous construyó el molino del norte en {year}.",
    ),
}


@pytest.mark.parametrize("language", EXCHANGED)
def test_a_number_that_belongs_to_other_words_of_the_text_is_left_out(language: str) -> None:
    text, sentence = EXCHANGED[language]
    right, wrong = sentence.format(year=1871), sentence.format(year=1934)
    assert summarize(text, right).text == right
    summary = summarize(text, wrong)
    assert wrong not in summary.text
    assert any("left out" in note for note in summary.notes)


SCHEMA = {
    "type": "object",
    "properties": {"builder": {"type": "string"}, "height": {"type": "number"}},
    "required": ["builder", "height"],
}
OBJECT = {"builder": "Hollmann", "height": 120}


@pytest.mark.parametrize(
    "reply",
    [
        json.dumps(OBJECT),
        f"```json\n{json.dumps(OBJECT, indent=2)}\n```",
        f"Here is the JSON object:\n\n{json.dumps(OBJECT)}\n\nLet me know if it helps!",
        f"<think>Two fields.</think>{json.dumps(OBJECT)}",
    ],
)
def test_an_object_is_read_from_what_is_around_it(reply: str) -> None:
    assert summarize(SPOKEN["en"].text, reply, schema=SCHEMA).data == OBJECT


@pytest.mark.parametrize("reply", ["", "I cannot do that.", '{"builder": 7}', '{"builder": "Ho'])
def test_no_object_is_an_error_and_no_partial_object(reply: str) -> None:
    with pytest.raises(GenerationError):
        summarize(SPOKEN["en"].text, reply, schema=SCHEMA)
