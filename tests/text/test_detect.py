from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.text import detect_language

QUESTIONS = {
    "en": ("How deep is the well?", "price of the second pump"),
    "de": ("Wie tief ist der Brunnen?", "Kosten der zweiten Pumpe"),
    "fr": ("Qui a réparé la pompe ?", "le prix de la deuxième pompe"),
    "es": ("¿Quién reparó la bomba?", "el precio de la segunda bomba"),
    "it": ("Chi ha riparato la pompa?", "il prezzo della seconda pompa"),
    "pt": ("Quem consertou a bomba de água?", "o preço da segunda bomba não mudou"),
    "nl": ("Wie heeft de pomp gerepareerd?", "de prijs van de tweede pomp"),
    "pl": ("Kto naprawił pompę?", "cena drugiej pompy wzrosła"),
    "ru": ("Кто починил насос?", "Сколько стоит второй насос?"),
    "tr": ("Pompayı kim onardı?", "ikinci pompanın fiyatı ne kadar"),
    "el": ("Ποιος επισκεύασε την αντλία;", "τιμή"),
    "ro": ("Cine a reparat pompa de apă?", "prețul celei de-a doua pompe"),
    "ar": ("من أصلح المضخة؟", "سعر المضخة الثانية"),
    "he": ("מי תיקן את המשאבה?", "מחיר"),
    "hi": ("पंप किसने ठीक किया?", "दूसरे पंप की कीमत कितनी है"),
    "th": ("ใครซ่อมปั๊มน้ำ", "ราคา"),
    "vi": ("Ai đã sửa máy bơm?", "giá của máy bơm thứ hai"),
    "zh": ("谁修理了水泵？", "第二臺水泵的價格"),
    "ja": ("だれがポンプを修理しましたか。", "二台目のポンプの値段"),
    "ko": ("누가 펌프를 고쳤습니까?", "가격"),
}


@pytest.mark.parametrize(
    ("code", "question"), [(code, text) for code, texts in QUESTIONS.items() for text in texts]
)
def test_a_short_question_has_its_language(code: str, question: str) -> None:
    assert detect_language(question) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("uk", "Насос відремонтували восени, і відтоді він працює без перерв."),
        ("fa", "پمپ در پاییز تعمیر شد و از آن زمان بی‌وقفه کار می‌کند."),
        ("sv", "Pumpen lagades i höstas och har gått utan avbrott sedan dess."),
        ("fi", "Pumppu korjattiin syksyllä, ja se on toiminut siitä lähtien."),
        ("ta", "பம்பு சரி செய்யப்பட்டது"),
        ("ka", "ტუმბო შეკეთდა"),
        ("mr", "पंप शरद ऋतूत दुरुस्त केला गेला आणि तेव्हापासून तो चालू आहे."),
    ],
)
def test_a_language_without_a_file_is_named_too(code: str, text: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "12 345,67 88 %",
        "?!",
        "Müller",
        "x",
        "| 17 | 4.2 | 88 |\n| 18 | 4.9 | 91 |",
        "for (i=0; i<n; i++) { a[i]=b[i]+c[i]; }",
        "10.0.0.7 - - [03/Feb/2024:10:11:12] /index.html 200 512",
        "\u202e\u202d\u2066",
        "\ufffd\ufffd\ufffd",
        "\ud800",
    ],
)
def test_nothing_is_said_of_numbers_names_code_and_noise(text: str) -> None:
    assert detect_language(text) == "und"


def test_an_expected_language_wins_where_several_are_possible() -> None:
    assert detect_language("東京都渋谷区神南") == "zh"
    assert detect_language("東京都渋谷区神南", likely=["ja", "en"]) == "ja"
    assert detect_language("Neden?") == "und"
    assert detect_language("Neden?", likely=["tr"]) == "tr"


def test_an_expected_language_does_not_win_against_the_evidence() -> None:
    assert detect_language("Wie tief ist der Brunnen?", likely=["en"]) == "de"
    assert detect_language("谁修理了水泵？", likely=["de"]) == "zh"


def test_a_text_of_two_languages_has_that_of_its_greatest_part() -> None:
    assert detect_language("API gateway 的配置方法以及常见问题的解答") == "zh"
    german = "Die Pumpe wurde im Herbst repariert und läuft seitdem ohne Störung. " * 8
    assert detect_language(german + "The pump was repaired.") == "de"


def test_code_and_addresses_do_not_hide_the_language_around_them() -> None:
    text = "Der Aufruf get_user_by_id() liefert https://example.org/users/17 und eine Liste."
    assert detect_language(text) == "de"


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_has_a_code(text: str) -> None:
    code = detect_language(text)
    assert code == "und" or (len(code) == 2 and code.islower())


def test_the_classifier_is_loaded_only_when_neither_script_nor_stop_words_decide() -> None:
    program = (
        "import sys; from quoth.text import detect_language; detect_language('谁修理了水泵？');"
        "detect_language('Wie tief ist der Brunnen?', likely=['de', 'en']); detect_language('1');"
        "assert 'py3langid' not in sys.modules; detect_language('Wie tief ist es?');"
        "assert 'py3langid' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_room_for_the_classifier_nothing_is_said() -> None:
    program = (
        "import resource; from quoth.text import detect_language; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY)); "
        "text = 'The keeper opens the gate, and he writes it down.'; "
        "first = detect_language(text); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2); "
        "print(first, detect_language(text))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "und en\n"
