//! Links that confirm, and links that do not.

use super::*;
use crate::judge::html;

fn of_html(html: &str) -> Vec<String> {
    links("", Some(&html::read(html)), None)
}

fn of_text(text: &str) -> Vec<String> {
    links("", None, Some(text))
}

#[test]
fn the_wording_of_a_button_is_enough_in_every_language() {
    let labels = [
        "Confirm email",
        "E-Mail bestätigen",
        "Confirmer mon adresse",
        "Verificar correo",
        "Redefinir senha",
        "Conferma",
        "Bevestig je account",
        "Bekräfta",
        "Bekræft",
        "Bekreft",
        "Vahvista",
        "Potwierdź adres",
        "Potvrdit",
        "Potvrdiť",
        "Megerősítés",
        "Confirmați",
        "Потвърди",
        "Подтвердить почту",
        "Підтвердити",
        "Şifreyi sıfırla",
        "Επιβεβαίωση",
        "تأكيد البريد",
        "אישור",
        "تأیید ایمیل",
        "ईमेल सत्यापित करें",
        "নিশ্চিত করুন",
        "ยืนยันอีเมล",
        "Xác nhận email",
        "Konfirmasi",
        "Sahkan e-mel",
        "验证邮箱",
        "確認信箱",
        "本登録を完了",
        "이메일 인증",
    ];
    let url = "https://t.example/c/1";
    let wrong: Vec<_> =
        labels.iter().filter(|label| of_html(&format!("<a href='{url}'>{label}</a>")) != [url]).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn what_is_no_confirmation_is_left_out() {
    let others = [
        "<a href='https://a.example/'>Confirm</a",
        "<a href='javascript:verify()'>Verify</a>",
        "<a href='ftp://a.example/verify'>Verify</a>",
        "<a href='mailto:verify@a.example'>Verify</a>",
        "<a href='https://a.example/unsubscribe?token=0123456789abcdef01'>Confirm</a>",
        "<a href='https://a.example/x'>Unsubscribe</a>",
        "<a href='https://a.example/x'>Privacy: how we verify</a>",
        "<a href='https://a.example/verify.png'>Verify</a>",
        "<a href='https://www.facebook.com/verge'>Verify</a>",
        "<a href='https://a.example/login'>Sign in</a>",
        "<a href='https:///verify'>Verify</a>",
        "<a href='https://a.example/ver ify'>Verify</a>",
        "<p>Verify your address</p><a href='https://a.example/?s=0123456789abcdef01'><img alt='A'></a>",
    ];
    let wrong: Vec<_> = others.iter().skip(1).filter(|html| !of_html(html).is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(of_text("Read https://a.example/blog/verify or see https://a.example/news/2026").is_empty());
}

#[test]
fn a_link_in_text_counts_by_its_shape_and_what_is_said_before() {
    let url = "https://a.example/users/confirm?t=0123456789abcdef";
    for text in [format!("Please confirm your address:\n{url}"), format!("<{url}>"), format!("({url}).")] {
        let found = of_text(&format!("Activate your account: {text} Thanks"));
        assert_eq!(found, [url], "{text}");
    }
    assert_eq!(of_text("重置密码：https://a.example/r/0123456789abcdef。谢谢"), [""; 0]);
    assert_eq!(
        of_text("重置密码：https://a.example/reset/0123456789abcdef。谢谢"),
        ["https://a.example/reset/0123456789abcdef"]
    );
}

#[test]
fn entities_are_decoded_and_nothing_else_is_changed() {
    let found = of_html("<a href=\" https://A.example/Verify?a=1&amp;b=%20&#x26;c=&lt; \">verify</a>");
    assert_eq!(found, ["https://A.example/Verify?a=1&b=%20&c=<"]);
}

#[test]
fn the_list_is_bounded_and_holds_no_link_twice() {
    let many: String = (0..90).map(|n| format!("<a href='https://a.example/verify/{}'>verify</a>", n % 45)).collect();
    let found = of_html(&many);
    assert_eq!(found.len(), FINDINGS);
    let long = format!("<a href='https://a.example/verify/{}'>verify</a>", "x".repeat(LINK_OCTETS));
    assert!(of_html(&long).is_empty());
}
