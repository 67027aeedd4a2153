"""Texts that are not UTF-8 and do not say so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.registry import load_document
from quoth.load.text import decode

Write = Callable[[str, str | bytes], Path]

WRITTEN = [
    ("cp1252", "Der Keller hat 36 m² und kostet 410 €."),
    ("cp1252", "Ort;Fläche\nKöln;45 m²\nJülich;50 m³"),
    ("cp1252", "La cuve contient 9 m³ ; elle a coûté 70 000 €."),
    ("cp1252", "El pozo está en el 2º patio, a 14 °C."),
    ("cp1252", "½ Liter Öl, ±3 mm, 8 µm, 4×6, 20 µF"),
    ("cp1252", "It’s “done” – at 80 °C, for £5…"),
    ("cp1252", "GRÖSSE UND MASSE DER TÜR"),
    ("cp1252", "A fundação não abre à segunda-feira."),
    ("cp1252", "Det kræver to både og en ø."),
    ("iso8859_15", "Der Zaun kostet 5 € je Meter."),
    ("mac_roman", "Die Tür für das Gebäude wiegt 90 kg; Größe 3."),
    ("cp850", "Die Tür für das Gebäude wiegt 90 kg; Größe 3."),
    ("cp1250", "Furtka kosztuje 90 złotych i waży dwanaście kilogramów."),
    ("iso8859_2", "Śluza jest zamknięta, łódź czeka."),
    ("cp1250", "Šoupě stojí 840 korun a váží dvanáct kilogramů."),
    ("cp1250", "A kapu ára tízezer forint, de előbb ki kell fizetni az összeget."),
    ("cp1250", "Poarta costă 84 de lei şi este închisă până vineri."),
    ("cp1257", "Vārti maksā 84 eiro un sver divpadsmit kilogramus, slūžas ir slēgtas."),
    ("cp1254", "Kapının fiyatı yüz liradır, ağırlığı on iki kilodur."),
    ("cp1251", "Ворота стоят 840 рублей и весят 12 кг."),
    ("koi8_r", "Ворота стоят 840 рублей и весят 12 кг."),
    ("cp866", "Ворота стоят 840 рублей и весят 12 кг."),
    ("iso8859_5", "Шлюз закрыт до пятницы."),
    ("cp1253", "Η πύλη κοστίζει ογδόντα ευρώ και είναι κλειστή."),
    ("cp1255", "השער עולה שמונה מאות שקלים."),
    ("cp1256", "سعر البوابة ثمانمئة وأربعون دينارا."),
    ("cp874", "ประตูราคา 840 บาท หนักสิบสองกิโลกรัม"),
    ("gb18030", "大门的价格是八百四十元，重量十二公斤。"),
    ("gb18030", "产品名称\t库存\n螺丝\t120\n扳手\t35"),
    ("big5", "大門的價格是八百四十元，重量十二公斤。"),
    ("cp932", "門の価格は840円です。重さは12キロです。"),
    ("euc_jp", "門の価格は840円です。重さは12キロです。"),
    ("cp949", "문의 가격은 840원이고 무게는 12킬로그램입니다."),
]


@pytest.mark.parametrize(("encoding", "text"), WRITTEN)
def test_a_short_text_is_read_in_its_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_the_encoding_is_seen_behind_a_long_text_of_ascii() -> None:
    text = "The gate is open. " * 10_000 + "Fläche: 36 m²"
    assert decode(text.encode("cp1252")) == text


def test_a_wrong_declaration_gives_way_to_what_the_letters_say() -> None:
    text = "Ворота стоят 840 рублей и весят 12 кг."
    assert decode(text.encode("koi8_r"), declared="iso-8859-1") == text
    assert decode("Größe".encode("cp1252"), declared="no-such-encoding") == "Größe"
    assert decode("Größe".encode("cp850"), declared="cp850") == "Größe"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text",
    [
        "1;2;3\n4;5;6\n",
        "门的价格是八百四十元，重量十二公斤。",
        "門の価格は840円です。",
        "Ворота стоят 840 рублей",
        "प्रवेश शुल्क 840 रुपये है",
    ],
)
def test_wide_text_needs_no_mark(write: Write, encoding: str, text: str) -> None:
    assert load_document(write("a.txt", text.encode(encoding))).pages[0].text == text
