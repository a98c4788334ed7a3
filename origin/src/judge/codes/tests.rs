//! Codes in many languages, and numbers that are none.

use super::codes;

/// One sentence a language, as senders write it, with its code.
const SENTENCES: [(&str, &str, &str); 44] = [
    ("en", "Your verification code is 482913", "482913"),
    ("en", "482913 is your one-time password.", "482913"),
    ("en", "Enter the code below to sign in\n\nAB12CD\n", "AB12CD"),
    ("en", "Use FB-48291 as your login code", "FB-48291"),
    ("en", "Your access code: 1 2 3 4 5 6", "1 2 3 4 5 6"),
    ("en", "Your sign-in code:\n\n  X7K-9PQ\n", "X7K-9PQ"),
    ("en", "**Your code**: _48 29 13_", "48 29 13"),
    ("de", "Ihr Sicherheitscode: 482-913", "482-913"),
    ("de", "Die TAN lautet 482913", "482913"),
    ("fr", "Votre code d’activation : 4829", "4829"),
    ("fr", "Le code à usage unique est le 482913.", "482913"),
    ("es", "Su código de seguridad es 48291", "48291"),
    ("pt", "O seu código de confirmação: 482913", "482913"),
    ("it", "Il codice di sicurezza è 482913", "482913"),
    ("nl", "Je eenmalige code is 482913", "482913"),
    ("sv", "Din verifieringskod: 482913", "482913"),
    ("da", "Din bekræftelseskode er 482913", "482913"),
    ("no", "Bekreftelseskoden din er 482913. Sikkerhetskode: 482913", "482913"),
    ("fi", "Kertakäyttöinen koodi: 482913", "482913"),
    ("pl", "Twoje hasło jednorazowe: 482913", "482913"),
    ("cs", "Váš jednorázový kód: 482 913", "482 913"),
    ("sk", "Váš overovací kód je 482913", "482913"),
    ("hu", "Az Ön ellenőrző kódja: 482913", "482913"),
    ("ro", "Codul tău de verificare este 482913", "482913"),
    ("bg", "Вашият код за потвърждение е 482913", "482913"),
    ("ru", "482913 — ваш проверочный код", "482913"),
    ("uk", "Ваш одноразовий пароль: 482913", "482913"),
    ("tr", "Tek kullanımlık şifreniz: 482913", "482913"),
    ("el", "Ο κωδικός μίας χρήσης είναι 482913", "482913"),
    ("ar", "كود التفعيل: ٤٨٢٩١٣", "٤٨٢٩١٣"),
    ("he", "קוד חד פעמי: 482913", "482913"),
    ("fa", "رمز یکبار مصرف: 482913", "482913"),
    ("hi", "आपका वन-टाइम पासवर्ड 482913 है", "482913"),
    ("bn", "আপনার যাচাইকরণ কোড: 482913", "482913"),
    ("th", "รหัสผ่านแบบใช้ครั้งเดียวคือ 482913", "482913"),
    ("vi", "Mã xác nhận của bạn: 482913", "482913"),
    ("id", "Kode OTP Anda adalah 482913", "482913"),
    ("ms", "Kod pengesahan anda ialah 482913", "482913"),
    ("zh", "【燕子】验证码482913，请勿泄露", "482913"),
    ("zh", "您的一次性密碼為 482913", "482913"),
    ("ja", "ワンタイムパスワード：482913", "482913"),
    ("ja", "確認コードは 482913 です", "482913"),
    ("ko", "인증 코드는 482913 입니다", "482913"),
    ("ko", "일회용 비밀번호: 482913", "482913"),
];

/// Texts without a code.
const NOTHING: [&str; 26] = [
    "Copyright 2026. All rights reserved.",
    "Your order number 482913 has shipped.",
    "Rechnung 20261123 vom 23.11.2026",
    "Call +1 555 010 4477 or 0800-123456 with your code.",
    "Use promo code SAVE2026 at checkout",
    "Mit dem Gutscheincode HERBST26 sparen Sie 1500 Euro",
    "Total: $1500.00, 1299 €, EUR 4829",
    "The code expires in 1440 minutes.",
    "See https://example.com/verify/482913 for the verification code",
    "Verification code: see ticket #482913",
    "mail code482913@example.com",
    "Meet at 1230 Main Street, CA 94107",
    "color: #482913; width: 1024px; our code style",
    "Version 10.4829.1 of the code",
    "The verification code will be sent on 2026-11-23 at 12:30.",
    "Two-factor codes protect 250000 people",
    "You have 4829 points. Sign in to see them.",
    "Your security matters to us since 1999",
    "Tracking number: 48291377. No verification code is needed for the parcel of which you have been told.",
    "PIN code of our area: dial 1-800-482913",
    "code=482913&next=/",
    "Zip code 94107, area code 4155",
    "订单号：482913，客服电话：4008123456",
    "ご注文番号 482913 クーポンコード ABC123",
    "Заказ 482913 оформлен, промокод LETO2026",
    "",
];

#[test]
fn the_code_of_each_sentence_is_found_as_it_is_written() {
    let wrong: Vec<_> = SENTENCES
        .iter()
        .filter_map(|(language, sentence, code)| {
            let found = codes("", &[sentence]);
            (found != [*code]).then_some((language, sentence, found))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn other_numbers_are_no_codes() {
    let wrong: Vec<_> =
        NOTHING.iter().map(|text| (text, codes("", &[text]))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_subject_lends_its_wording_to_the_body() {
    assert_eq!(codes("Your login code", &["\n4829\n"]), ["4829"]);
    assert_eq!(codes("Lunch", &["\n4829\n"]), [""; 0]);
    assert_eq!(codes("482913 is your code", &[]), ["482913"]);
}

#[test]
fn one_code_written_twice_is_one_and_several_come_likeliest_first() {
    assert_eq!(codes("Code: 482 913", &["Your code is 482913", "Your code is 482 913"]), ["482 913"]);
    let found = codes("", &["Your recovery codes:\n\n4829 1377\n7731 9920\n5561 0042\n"]);
    assert_eq!(found.first().map(String::as_str), Some("4829 1377"));
    assert_eq!(codes("", &["Your verification code is 2024"]), ["2024"]);
    assert_eq!(codes("", &["Your verification code is 4471. (c) 2024 Knot"]), ["4471"]);
}
