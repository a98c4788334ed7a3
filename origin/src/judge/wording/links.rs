//! Wordings around links that confirm, and around links that do not.

use std::sync::LazyLock;

use super::Lexicon;

/// What a wording says of the link that it names or that stands near it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Call {
    /// To confirm, verify, activate, reset.
    Act,
    /// To enter, accept, join.
    Enter,
    /// The link says only that it is one: what stands around it counts.
    Here,
    /// Something else: unsubscribing, small print, help.
    Never,
}

/// Wordings of people.
pub(in super::super) static CALLS: LazyLock<Lexicon<Call>> =
    LazyLock::new(|| Lexicon::new(&[(Call::Act, ACT), (Call::Enter, ENTER), (Call::Here, HERE), (Call::Never, NEVER)]));

/// Wordings of addresses.
pub(in super::super) static PATHS: LazyLock<Lexicon<Call>> =
    LazyLock::new(|| Lexicon::new(&[(Call::Act, PATH_ACT), (Call::Enter, PATH_ENTER), (Call::Never, PATH_NEVER)]));

const ACT: &[&str] = &[
    "confirm,verify,verification,activate,activation,validate,reset password,reset your password,reset my password,set password,set your password",
    "set up password,create password,create your password,choose a new password,change password,change your password,new password,magic link,complete registration",
    "complete your registration,complete sign,finish sign,finish registration,unlock account,unlock your account,recover,authorize,approve sign,approve login",
    // German
    "bestätigen,bestätigung,verifizieren,aktivieren,freischalten,passwort zurücksetzen,passwort ändern,kennwort zurücksetzen,passwort festlegen,registrierung abschließen",
    // French
    "confirmer,confirmez,vérifier,vérifiez,activer,activez,valider,validez,réinitialiser,réinitialisez,changer le mot de passe,nouveau mot de passe",
    // Spanish, Portuguese
    "confirmar,confirma,confirme,verificar,verifica,verifique,activar,activa tu,validar,restablecer,restablece,cambiar contraseña,nueva contraseña",
    "ativar,ative,redefinir,redefina,nova senha,alterar senha,repor a palavra",
    // Italian
    "conferma,verifica,attiva,convalida,reimposta,ripristina,nuova password,cambia password",
    // Dutch
    "bevestig,verifieer,verifiëren,activeer,activeren,wachtwoord opnieuw,wachtwoord herstellen,wachtwoord wijzigen",
    // Swedish, Danish, Norwegian, Finnish
    "bekräfta,verifiera,aktivera,återställ,bekræft,verificer,aktivér,aktiver,nulstil,bekreft,verifiser,tilbakestill,vahvista,aktivoi,palauta salasana,vaihda salasana,nollaa salasana",
    // Polish, Czech, Slovak
    "potwierdź,potwierdz,zweryfikuj,aktywuj,zresetuj,ustaw hasło,zmień hasło,potvrdit,potvrďte,potvrzení,ověřit,ověřte,aktivovat,aktivujte,obnovit heslo,nastavit heslo",
    "potvrdiť,potvrďte,overiť,overte,aktivovať,obnoviť heslo,nastaviť heslo",
    // Hungarian, Romanian
    "megerősít,ellenőriz,aktivál,jelszó visszaállít,új jelszó,confirmă,confirmați,verifică,verificați,activează,activați,resetează,resetați",
    // Bulgarian, Russian, Ukrainian
    "потвърд,активир,верифицир,възстанов,нова парола,подтверд,активировать,активируйте,сбросить пароль,восстановить,новый пароль,смена пароля,підтверд,активувати,активуйте,скинути пароль,відновити,новий пароль",
    // Turkish, Greek
    "doğrula,onayla,etkinleştir,aktifleştir,şifreyi sıfırla,şifremi sıfırla,şifreni sıfırla,parolayı sıfırla,επιβεβαίωσ,επιβεβαιώ,επαλήθευσ,επαληθεύ,ενεργοποίησ,ενεργοποιή,επαναφορά",
    // Arabic, Hebrew, Persian
    "تأكيد,تاكيد,تحقق,تفعيل,إعادة تعيين,أكد,אישור,אמת,אימות,הפעל,הפעלת,איפוס,אפס,تأیید,تایید,فعال‌سازی,فعالسازی,بازنشانی",
    // Hindi, Bengali, Thai
    "सत्यापित,पुष्टि,सक्रिय,रीसेट,যাচাই,নিশ্চিত,সক্রিয়,রিসেট,ยืนยัน,เปิดใช้งาน,รีเซ็ต,ตั้งรหัสผ่าน",
    // Vietnamese, Indonesian, Malay
    "xác nhận,xác minh,xác thực,kích hoạt,đặt lại mật khẩu,konfirmasi,verifikasi,aktifkan,atur ulang,reset kata sandi,sahkan,pengesahan,set semula",
    // Chinese, Japanese, Korean
    "确认,验证,激活,重置,重设,確認,驗證,啟用,重設,認証,有効化,リセット,再設定,本登録,パスワードを変更,확인,인증,활성화,재설정",
];

const ENTER: &[&str] = &[
    "log in,login,|sign in|,sign-in,signin,|accept|,accept invitation,|join|,get started,|continue|,|proceed|,open account,view invitation,subscribe to",
    "anmelden,einloggen,annehmen,fortfahren,se connecter,connectez-vous,accepter,continuer,iniciar sesión,aceptar,continuar,entrar,aceitar,accedi,accetta,continua",
    "inloggen,accepteren,doorgaan,logga in,acceptera,log ind,logg inn,kirjaudu,zaloguj,dołącz,přihlásit,přijmout,prihlásiť,prijať,bejelentkez,belép,autentific,conectează",
    "влез,войти,вход,принять,продолжить,увійти,прийняти,giriş yap,devam et,kabul et,σύνδεση,συνέχεια,تسجيل الدخول,متابعة,התחבר,התחברות,כניסה,ورود,लॉग इन,लॉगइन,লগ ইন,เข้าสู่ระบบ",
    "đăng nhập,tiếp tục,masuk,lanjutkan,log masuk,teruskan,登录,登入,继续,繼續,ログイン,続ける,로그인,계속",
];

const HERE: &[&str] = &[
    "click here,|here|,|click|,this link,following link,link below,button below,|hier|,klicken,|ici|,cliquez,|aquí|,|aqui|,|clique|,haz clic,|qui|,clicca,klik hier,|här|,|klicka|,|her|,|klik|,tästä,|tutaj|,kliknij,|zde|,|sem|,klikněte,kliknite",
    "|ide|,kattints,|aici|,apasă,|тук|,здесь,сюда,нажмите,тут,натисніть,buraya,tıkla,|εδώ|,هنا,|כאן|,اینجا,यहाँ,এখানে,ที่นี่,คลิก,vào đây,nhấp,di sini,点击,這裡,这里,此处,點擊,こちら,クリック,여기,클릭,http",
];

const NEVER: &[&str] = &[
    "unsubscribe,opt out,opt-out,privacy,|terms|,legal,help cent,|help|,support,contact us,|faq|,preferences,view in browser,view online,view this email,manage notif,notification settings,learn more,read more,report this,wasn't you,was not you,not you?,didn't request,did not request,download the app,shop now,|blog|,cancel",
    "abmelden vom,abbestellen,datenschutz,impressum,|agb|,hilfe,im browser,désabonner,désinscri,confidentialité,mentions légales,darse de baja,cancelar suscrip,privacidad,ayuda,descadastr,privacidade,ajuda,disiscriv,assistenza",
    "uitschrijven,voorwaarden,avregistrera,integritet,afmeld,avmeld,personvern,tietosuoja,peruuta tilaus,wypisz,prywatności,odhlásit odběr,odhlásiť odber,soukromí,súkromia,leiratkoz,adatvédel,dezabon,confidențialitate",
    "отписаться,конфиденциальн,помощь,отпиш,відписатися,конфіденційн,gizlilik,aboneliğ,απόρρητο,κατάργηση εγγραφής,إلغاء الاشتراك,الخصوصية,להסרה,פרטיות,لغو اشتراک,حریم خصوصی,退订,取消订阅,隐私,取消訂閱,隱私,配信停止,プライバシー,수신거부,수신 거부,개인정보,hủy đăng ký,quyền riêng tư,berhenti berlangganan,privasi,ยกเลิกการ,นโยบาย",
];

const PATH_ACT: &[&str] = &[
    "verify,verif,confirm,activat,validat,reset,password,passwd,magic,unlock,recover,optin,opt-in,opt_in,doi=,doubleopt,registration,aktivier,bestaetig,email-change,change-email,change_email,set-email,one-time,onetime,otp",
];

const PATH_ENTER: &[&str] = &[
    "login,log-in,log_in,signin,sign-in,sign_in,signup,sign-up,sign_up,auth,token=,code=,key=,ticket=,hash=,register,invite,invitation,accept,join,welcome,onboard,account,callback,approve,|sso|",
];

const PATH_NEVER: &[&str] = &[
    "unsub,optout,opt-out,opt_out,privacy,/terms,/legal,/imprint,/impressum,/help,help.,/support,support.,/faq,/blog,preferences,email-settings,notification-settings,email_settings,mailto:,/pixel,/beacon,/open?,/o.gif,trk/open,wf/open,list-manage,abuse,report",
];

/// Hosts that footers link to. A link to one of them counts only if its own path says that it confirms.
pub(in super::super) const SOCIAL: &[&str] = &[
    "facebook.com",
    "twitter.com",
    "x.com",
    "instagram.com",
    "linkedin.com",
    "youtube.com",
    "tiktok.com",
    "pinterest.com",
    "t.me",
    "threads.net",
    "apps.apple.com",
    "itunes.apple.com",
    "play.google.com",
    "vk.com",
    "weibo.com",
    "discord.gg",
    "wa.me",
];

/// What the path of a picture or another thing that is no page ends with.
pub(in super::super) const ASSETS: &[&str] = &[
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".css", ".js", ".woff", ".woff2", ".mp4", ".pdf", ".dtd",
];
