"""Questions, refusals and follow-ups in every language whose file describes them."""

from __future__ import annotations

import pytest
from quoth.text import QuestionKind, language

QUESTIONS: dict[str, dict[str, QuestionKind]] = {
    "de": {
        "Wie hoch ist die Staumauer?": "number",
        "Wie viele Menschen wohnen in Waldbrück?": "number",
        "Was kostet ein Erlaubnisschein zum Angeln?": "number",
        "Wann wurde die Brücke eröffnet?": "when",
        "In welchem Jahr brannte die Mühle ab?": "when",
        "Wer hat die Staumauer errichtet?": "who",
        "Welche Firma baute den Turm?": "who",
        "Wo liegt der Bahnhof?": "where",
        "In welcher Stadt steht das Museum?": "where",
        "Warum wurde der Weg gesperrt?": "why",
        "Wie wird der Grundablass geprüft?": "how",
        "Was steht auf der Tafel?": "what",
        "Ist der Weg im Winter offen?": "whether",
        "Gibt es eine Bibliothek?": "whether",
    },
    "fr": {
        "Combien coûte l’entrée ?": "number",
        "Quelle est la hauteur du barrage ?": "number",
        "Quand le pont a-t-il été ouvert ?": "when",
        "En quelle année le moulin a-t-il brûlé ?": "when",
        "Qui a payé le pont ?": "who",
        "Qui est-ce qui a construit la tour ?": "who",
        "Où se trouve la gare ?": "where",
        "Pourquoi le chemin est-il fermé ?": "why",
        "Comment contrôle-t-on la vanne ?": "how",
        "Qu’est-ce qui est écrit sur la plaque ?": "what",
        "Est-ce que le chemin est ouvert en hiver ?": "whether",
        "Y a-t-il une bibliothèque ?": "whether",
    },
    "es": {
        "¿Cuánto cuesta la entrada?": "number",
        "¿Qué altura tiene la presa?": "number",
        "¿Cuándo se abrió el puente?": "when",
        "¿En qué año se quemó el molino?": "when",
        "¿Quién construyó la torre?": "who",
        "¿Dónde está la estación?": "where",
        "¿Por qué se cerró el camino?": "why",
        "¿Cómo se revisa la compuerta?": "how",
        "¿Qué dice la placa?": "what",
        "¿Está abierto el camino en invierno?": "whether",
    },
    "it": {
        "Quanto costa il biglietto?": "number",
        "Qual è l’altezza della diga?": "number",
        "Quando è stato aperto il ponte?": "when",
        "In che anno bruciò il mulino?": "when",
        "Chi ha costruito la torre?": "who",
        "Dove si trova la stazione?": "where",
        "Perché il sentiero è chiuso?": "why",
        "Come si controlla la valvola?": "how",
        "Che cosa dice la targa?": "what",
        "È aperto il sentiero in inverno?": "whether",
    },
    "pt": {
        "Quanto custa a entrada?": "number",
        "Qual é a altura da barragem?": "number",
        "Quando foi aberta a ponte?": "when",
        "Em que ano ardeu o moinho?": "when",
        "Quem construiu a torre?": "who",
        "Onde fica a estação?": "where",
        "Por que o caminho está fechado?": "why",
        "Como se verifica a comporta?": "how",
        "O que diz a placa?": "what",
        "Há uma biblioteca?": "whether",
    },
    "nl": {
        "Hoe hoog is de dam?": "number",
        "Hoeveel mensen wonen er in het dorp?": "number",
        "Wanneer werd de brug geopend?": "when",
        "In welk jaar brandde de molen af?": "when",
        "Wie heeft de toren gebouwd?": "who",
        "Waar ligt het station?": "where",
        "Waarom is het pad gesloten?": "why",
        "Hoe wordt de klep gecontroleerd?": "how",
        "Wat staat er op het bord?": "what",
        "Is het pad in de winter open?": "whether",
    },
    "pl": {
        "Ile kosztuje bilet?": "number",
        "Jak wysoka jest zapora?": "number",
        "Kiedy otwarto most?": "when",
        "W którym roku spłonął młyn?": "when",
        "Kto zbudował wieżę?": "who",
        "Gdzie znajduje się dworzec?": "where",
        "Dlaczego zamknięto drogę?": "why",
        "Jak sprawdza się zawór?": "how",
        "Co jest napisane na tablicy?": "what",
        "Czy zimą droga jest otwarta?": "whether",
    },
    "ru": {
        "Сколько стоит билет?": "number",
        "Какова высота плотины?": "number",
        "Когда открыли мост?": "when",
        "В каком году сгорела мельница?": "when",
        "Кто построил башню?": "who",
        "Где находится вокзал?": "where",
        "Почему закрыли дорогу?": "why",
        "Как проверяют задвижку?": "how",
        "Что написано на табличке?": "what",
        "Есть ли здесь библиотека?": "whether",
    },
    "tr": {
        "Bilet ne kadar?": "number",
        "Barajın yüksekliği nedir?": "number",
        "Köyde kaç kişi yaşıyor?": "number",
        "Köprü ne zaman açıldı?": "when",
        "Değirmen hangi yılda yandı?": "when",
        "Kuleyi kim yaptı?": "who",
        "İstasyon nerede?": "where",
        "Yol neden kapatıldı?": "why",
        "Vana nasıl kontrol edilir?": "how",
        "Levhada ne yazıyor?": "what",
        "Yol kışın açık mı?": "whether",
    },
    "el": {
        "Πόσο ψηλό είναι το φράγμα;": "number",
        "Πότε άνοιξε η γέφυρα;": "when",
        "Ποιος έχτισε τον πύργο;": "who",
        "Πού βρίσκεται ο σταθμός;": "where",
        "Γιατί έκλεισε ο δρόμος;": "why",
        "Τι γράφει η πινακίδα;": "what",
    },
    "ro": {
        "Cât costă biletul?": "number",
        "Când a fost deschis podul?": "when",
        "Cine a construit turnul?": "who",
        "Unde se află gara?": "where",
        "De ce a fost închis drumul?": "why",
        "Ce scrie pe placă?": "what",
    },
    "ar": {
        "كم يبلغ ارتفاع السد؟": "number",
        "ما ارتفاع السد؟": "number",
        "متى افتتح الجسر؟": "when",
        "في أي عام احترقت الطاحونة؟": "when",
        "من بنى البرج؟": "who",
        "أين تقع المحطة؟": "where",
        "لماذا أغلق الطريق؟": "why",
        "كيف يفحص الصمام؟": "how",
        "ماذا كتب على اللوحة؟": "what",
        "هل الطريق مفتوح في الشتاء؟": "whether",
    },
    "he": {
        "מה גובה הסכר?": "number",
        "מתי נפתח הגשר?": "when",
        "מי בנה את המגדל?": "who",
        "איפה נמצאת התחנה?": "where",
        "למה נסגרה הדרך?": "why",
        "מה כתוב על השלט?": "what",
        "האם הדרך פתוחה בחורף?": "whether",
    },
    "hi": {
        "बाँध कितना ऊँचा है?": "number",
        "पुल कब खोला गया?": "when",
        "चक्की किस वर्ष जली थी?": "when",
        "मीनार किसने बनाई?": "who",
        "स्टेशन कहाँ है?": "where",
        "रास्ता क्यों बंद किया गया?": "why",
        "वाल्व की जाँच कैसे की जाती है?": "how",
        "पट्टिका पर क्या लिखा है?": "what",
        "क्या रास्ता सर्दियों में खुला रहता है?": "whether",
    },
    "th": {
        "เขื่อนสูงเท่าไร": "number",
        "สะพานเปิดเมื่อไร": "when",
        "ใครสร้างหอคอย": "who",
        "สถานีอยู่ที่ไหน": "where",
        "ทำไมถนนจึงปิด": "why",
        "ป้ายเขียนว่าอะไร": "what",
    },
    "vi": {
        "Đập cao bao nhiêu mét?": "number",
        "Cây cầu được mở khi nào?": "when",
        "Ai đã xây tháp?": "who",
        "Nhà ga ở đâu?": "where",
        "Tại sao con đường bị đóng?": "why",
        "Tấm biển ghi gì?": "what",
    },
    "zh": {
        "大坝有多高？": "number",
        "门票多少钱？": "number",
        "大桥什么时候通车？": "when",
        "磨坊是哪一年烧毁的？": "when",
        "塔是谁建的？": "who",
        "車站在哪裡？": "where",
        "自然博物馆位于哪座城市？": "where",
        "道路为什么封闭？": "why",
        "如何检查闸门？": "how",
        "牌子上写了什么？": "what",
        "冬天道路开放吗？": "whether",
    },
    "ja": {
        "ダムの高さはどれくらいですか？": "number",
        "村には何人住んでいますか？": "number",
        "橋はいつ開通しましたか？": "when",
        "水車小屋は何年に焼けましたか？": "when",
        "塔は誰が建てましたか？": "who",
        "駅はどこにありますか？": "where",
        "なぜ道は閉鎖されましたか？": "why",
        "弁はどのように点検しますか？": "how",
        "看板には何と書いてありますか？": "what",
        "冬も道は開いていますか？": "whether",
    },
    "ko": {
        "댐의 높이는 얼마인가요?": "number",
        "마을에는 몇 명이 살고 있습니까?": "number",
        "다리는 언제 개통되었나요?": "when",
        "물레방아는 몇 년에 불탔나요?": "when",
        "탑은 누가 지었습니까?": "who",
        "역은 어디에 있나요?": "where",
        "왜 길이 폐쇄되었습니까?": "why",
        "밸브는 어떻게 점검합니까?": "how",
        "안내판에 무엇이 쓰여 있나요?": "what",
        "겨울에도 길이 열려 있나요?": "whether",
    },
}

REFUSALS: dict[str, tuple[str, ...]] = {
    "en": ("Not in the documents.", "The documents do not say who paid.", "I don't know."),
    "de": (
        "Nicht in den Dokumenten.",
        "Das steht nicht in den Dokumenten.",
        "Die Auszüge enthalten keine Angaben zum Preis.",
        "In den vorliegenden Dokumenten gibt es dazu keine Information.",
        "Dazu finde ich nichts.",
        "Keines der Dokumente nennt den Preis.",
    ),
    "fr": (
        "Pas dans les documents.",
        "Cela ne figure pas dans les documents.",
        "Les extraits ne mentionnent pas le prix.",
        "Aucun document n’indique le prix.",
        "Je ne sais pas.",
    ),
    "es": (
        "No está en los documentos.",
        "Eso no aparece en los documentos.",
        "Los fragmentos no mencionan el precio.",
        "Los documentos proporcionados no indican el precio.",
        "No lo sé.",
        "Ninguno de los documentos lo dice.",
    ),
    "it": (
        "Non è nei documenti.",
        "Questo non si trova nei documenti.",
        "I documenti non menzionano il prezzo.",
        "Nessuno dei testi indica il prezzo.",
        "Non lo so.",
    ),
    "pt": (
        "Não está nos documentos.",
        "Os documentos não mencionam o preço.",
        "Nenhum dos documentos menciona o preço.",
        "Não sei.",
    ),
    "nl": (
        "Niet in de documenten.",
        "Dat staat niet in de documenten.",
        "De fragmenten vermelden de prijs niet.",
        "Ik weet het niet.",
    ),
    "pl": (
        "Nie ma w dokumentach.",
        "Tego nie ma w dokumentach.",
        "Fragmenty nie podają ceny.",
        "Nie wiem.",
        "Brak informacji o cenie.",
    ),
    "ru": (
        "В документах этого нет.",
        "Этого нет в документах.",
        "В предоставленных документах не указана цена.",
        "Я не знаю.",
    ),
    "tr": (
        "Belgelerde yok.",
        "Bu belgelerde yer almıyor.",
        "Verilen metinlerde fiyat belirtilmemiş.",
        "Bilmiyorum.",
    ),
    "ar": (
        "غير موجود في المستندات.",
        "هذه المعلومة غير مذكورة في المستندات.",
        "لا تذكر المستندات السعر.",
        "لا أعرف.",
    ),
    "hi": ("यह दस्तावेज़ों में नहीं है।", "दस्तावेज़ों में कीमत का उल्लेख नहीं है।", "मुझे नहीं पता।"),
    "zh": (
        "文档中没有。",
        "文档中没有提到价格。",
        "根据提供的资料，无法回答这个问题。",
        "資料中未提及。",
        "没有相关信息。",
        "我不知道。",
    ),
    "ja": (
        "文書にはありません。",
        "資料には記載されていません。",
        "提供された文書には価格に関する情報は含まれていません。",
        "わかりません。",
    ),
    "ko": (
        "문서에 없습니다.",
        "제공된 문서에는 가격에 대한 정보가 없습니다.",
        "모르겠습니다.",
    ),
}

ANSWERS: dict[str, tuple[str, ...]] = {
    "en": ("Not before 1962.", "It is not open in winter."),
    "de": ("Nicht vor 1962.", "Die Mauer enthält 300 Tonnen Stahl.", "Der Weg ist nicht geräumt."),
    "fr": ("Pas avant 1962.", "Le chemin n’est pas ouvert en hiver."),
    "es": ("No antes de 1962.", "No, el camino está cerrado en invierno."),
    "it": ("Non prima del 1962.", "I documenti furono firmati nel 1962."),
    "pt": ("Não antes de 1962.", "Os documentos foram assinados em 1962."),
    "nl": ("Niet voor 1962.", "De documenten werden in 1962 getekend."),
    "pl": ("Nie przed 1962 rokiem.", "Dokumenty podpisano w 1962 roku."),
    "ru": ("Не раньше 1962 года.", "Документы подписали в 1962 году."),
    "tr": ("1962'den önce değil.", "Belgeler 1962'de imzalandı."),
    "ar": ("ليس قبل عام 1962.", "وقعت المستندات عام 1962."),
    "hi": ("1962 से पहले नहीं।", "दस्तावेज़ों पर 1962 में हस्ताक्षर हुए।"),
    "zh": ("1962年。", "大坝没有电梯。", "不开放。"),
    "ja": ("1962年です。", "ダムにはエレベーターがありません。"),
    "ko": ("1962년입니다.", "댐에는 승강기가 없습니다."),
}

FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "en": ("How high is it?", "And when?", "Why?"),
    "de": ("Wie oft wird sie geprüft?", "Und wer hat ihn bezahlt?", "Warum?", "Seit wann?"),
    "fr": ("Et quand ?", "Qui l’a construit ?", "Combien coûte-t-elle ?", "Pourquoi ?"),
    "es": ("¿Y cuándo?", "¿Quién la construyó y cuál es su altura?", "¿Por qué?"),
    "it": ("E quando?", "Perché?", "Quanto è alta questa?"),
    "pt": ("E quando?", "Qual é a altura dela?", "Por quê?"),
    "nl": ("En wanneer?", "Hoe hoog is hij?", "Waarom?"),
    "pl": ("A kiedy?", "Jaka jest jego wysokość?", "Dlaczego?"),
    "ru": ("А когда?", "Какова её высота?", "Почему?"),
    "tr": ("Peki ne zaman?", "Onu kim yaptı?", "Neden?"),
    "el": ("Και πότε;", "Πόσο ψηλό είναι αυτό;", "Γιατί;"),
    "ro": ("Și când?", "Cât de înalt este acesta?", "De ce?"),
    "ar": ("ومتى؟", "كم ارتفاعه؟", "من صممه؟", "لماذا؟"),
    "he": ("ומתי?", "מה הגובה שלו?", "למה?"),
    "hi": ("और कब?", "इसकी ऊँचाई कितनी है?", "क्यों?"),
    "th": ("แล้วเมื่อไร", "มันสูงเท่าไร", "ทำไม"),
    "vi": ("Còn khi nào?", "Nó cao bao nhiêu?", "Tại sao?"),
    "zh": ("它有多高？", "那是谁设计的呢？", "为什么？", "什麼時候？"),
    "ja": ("それはいつですか？", "その高さは？", "なぜですか？"),
    "ko": ("그것은 얼마나 높나요?", "그럼 언제?", "왜요?"),
}


@pytest.mark.parametrize(
    ("code", "question", "kind"),
    [(code, text, kind) for code, kinds in QUESTIONS.items() for text, kind in kinds.items()],
)
def test_a_question_asks_for_a_kind_of_answer(code: str, question: str, kind: QuestionKind) -> None:
    assert language(code).questions.kind_of(question) == kind


@pytest.mark.parametrize(
    ("code", "reply"), [(code, text) for code, texts in REFUSALS.items() for text in texts]
)
def test_a_refusal_is_recognized(code: str, reply: str) -> None:
    assert language(code).replies.refusals.match(reply)


@pytest.mark.parametrize(
    ("code", "reply"), [(code, text) for code, texts in ANSWERS.items() for text in texts]
)
def test_an_answer_is_no_refusal(code: str, reply: str) -> None:
    assert not language(code).replies.refusals.match(reply)


@pytest.mark.parametrize(
    ("code", "question"), [(code, text) for code, texts in FOLLOW_UPS.items() for text in texts]
)
def test_a_follow_up_refers_to_an_earlier_turn(code: str, question: str) -> None:
    assert language(code).conversations.references.search(question)


@pytest.mark.parametrize(
    ("code", "question"),
    [(code, text) for code, kinds in QUESTIONS.items() for text in kinds],
)
def test_a_question_about_a_named_thing_refers_to_nothing(code: str, question: str) -> None:
    assert not language(code).conversations.references.search(question)
