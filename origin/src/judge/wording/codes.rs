//! Wordings around one-time codes, and around numbers that are none.

use std::sync::LazyLock;

use super::Lexicon;

/// What a wording says of the numbers near it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Sense {
    /// A one-time code is meant.
    Strong,
    /// A code of some kind is meant.
    Weak,
    /// The number beside it is something else: an order, a price, a telephone.
    Deny,
    /// The number before it counts something.
    Unit,
    /// The message's small print begins.
    Footer,
}

/// All of them.
pub(in super::super) static CODES: LazyLock<Lexicon<Sense>> = LazyLock::new(|| {
    Lexicon::new(&[
        (Sense::Strong, STRONG),
        (Sense::Weak, WEAK),
        (Sense::Deny, DENY),
        (Sense::Unit, UNIT),
        (Sense::Footer, FOOTER),
    ])
});

const STRONG: &[&str] = &[
    // English
    "verification code,verify code,security code,confirmation code,authentication code,authorization code,authorisation code",
    "activation code,login code,log-in code,log in code,sign-in code,sign in code,signin code,sign-up code,signup code,access code",
    "one-time code,one time code,one-time pass,one time pass,one-time pin,one time pin,single-use code,single use code",
    "passcode,|otp|,|2fa|,two-factor code,two-step verification,temporary code,temporary password,recovery code,reset code",
    "verification pin,security pin,device code,validation code,code to verify,code to confirm,code to sign in,code to log in",
    "code to complete,enter the code,enter this code,enter the following code,use this code,use the following code,use the code below",
    "magic code,identification code,email code,verification number,launch code,your code is,confirm your email with,is your code,is the code",
    // German
    "bestätigungscode,bestätigungs-code,verifizierungscode,sicherheitscode,einmalcode,einmal-code,einmalpasswort,einmalkennwort",
    "aktivierungscode,anmeldecode,anmelde-code,zugangscode,freischaltcode,prüfcode,verifikationscode,|tan|,einmal-pin,authentifizierungscode",
    // French
    "code de vérification,code de verification,code de confirmation,code de sécurité,code d'activation,code d’activation,code d'accès,code d’accès",
    "code à usage unique,code unique,code de connexion,code de validation,code d'authentification,code d’authentification,mot de passe à usage unique,code temporaire",
    // Spanish
    "código de verificación,codigo de verificacion,código de confirmación,código de seguridad,código de acceso,código de activación",
    "código de un solo uso,código único,clave de un solo uso,contraseña de un solo uso,código temporal,código de inicio,código de autenticación",
    // Portuguese
    "código de verificação,codigo de verificacao,código de confirmação,código de segurança,código de ativação,código de acesso",
    "código de uso único,senha de uso único,código único,código temporário,código de autenticação,código de login,palavra-passe única",
    // Italian
    "codice di verifica,codice di conferma,codice di sicurezza,codice di accesso,codice di attivazione,codice monouso",
    "codice usa e getta,codice temporaneo,codice di autenticazione,password monouso,codice univoco",
    // Dutch
    "verificatiecode,bevestigingscode,beveiligingscode,inlogcode,activeringscode,activatiecode,eenmalige code,toegangscode,eenmalig wachtwoord,authenticatiecode",
    // Swedish, Danish, Norwegian
    "verifieringskod,bekräftelsekod,säkerhetskod,engångskod,inloggningskod,aktiveringskod,engångslösenord",
    "bekræftelseskode,sikkerhedskode,engangskode,verifikationskode,login-kode,loginkode,aktiveringskode,verificeringskode",
    "bekreftelseskode,sikkerhetskode,verifiseringskode,innloggingskode,engangspassord,engangskode",
    // Finnish
    "vahvistuskoodi,turvakoodi,kertakäyttökoodi,kertakäyttöinen koodi,kirjautumiskoodi,todennuskoodi,varmistuskoodi,aktivointikoodi,kertakoodi",
    // Polish
    "kod weryfikacyjny,kodu weryfikacyjnego,kod potwierdzający,kod bezpieczeństwa,kod jednorazowy,hasło jednorazowe,kod logowania,kod aktywacyjny,kod dostępu,jednorazowy kod",
    // Czech, Slovak
    "ověřovací kód,ověřovacího kódu,bezpečnostní kód,jednorázový kód,jednorázové heslo,potvrzovací kód,aktivační kód,přihlašovací kód,kód pro ověření",
    "overovací kód,overovacieho kódu,bezpečnostný kód,jednorazový kód,jednorazové heslo,potvrdzovací kód,aktivačný kód,prihlasovací kód,kód na overenie",
    // Hungarian
    "ellenőrző kód,ellenőrzőkód,megerősítő kód,megerősítőkód,biztonsági kód,egyszer használatos,belépési kód,aktiváló kód,hitelesítő kód,belépőkód",
    // Romanian
    "cod de verificare,codul de verificare,codul tău de verificare,cod de confirmare,codul de confirmare,cod de securitate,codul de securitate,cod unic,codul unic,cod de activare,cod de acces,parolă unică,cod de autentificare",
    // Bulgarian
    "код за потвърждение,кодът за потвърждение,код за потвърждаване,код за проверка,код за сигурност,еднократен код,еднократна парола,код за достъп,код за активиране,кодът ви за",
    // Russian, Ukrainian
    "код подтверждения,кодом подтверждения,проверочный код,код проверки,код безопасности,одноразовый код,одноразовый пароль,код для входа,код авторизации,код доступа,код активации,код верификации",
    "код підтвердження,код перевірки,код безпеки,одноразовий код,одноразовий пароль,код для входу,код доступу,код активації,код верифікації,перевірочний код",
    // Turkish
    "doğrulama kod,onay kod,güvenlik kod,tek kullanımlık,tek seferlik,giriş kod,aktivasyon kod,etkinleştirme kod,erişim kod",
    // Greek
    "κωδικός επαλήθευσης,κωδικό επαλήθευσης,κωδικός επιβεβαίωσης,κωδικό επιβεβαίωσης,κωδικός ασφαλείας,κωδικός μίας χρήσης,κωδικός μιας χρήσης,κωδικό μίας χρήσης,κωδικός σύνδεσης,κωδικός πρόσβασης",
    // Arabic
    "رمز التحقق,كود التحقق,رمز التأكيد,كود التأكيد,رمز الأمان,رمز الدخول,رمز تسجيل الدخول,كلمة مرور لمرة واحدة,رمز التفعيل,كود التفعيل,رمز لمرة واحدة,رمز المرور",
    // Hebrew
    "קוד אימות,קוד האימות,קוד אישור,קוד האישור,קוד אבטחה,קוד חד פעמי,קוד חד-פעמי,סיסמה חד פעמית,סיסמה חד-פעמית,קוד כניסה,קוד גישה",
    // Persian
    "کد تأیید,کد تایید,کد تائید,رمز یکبار مصرف,رمز یک‌بار مصرف,کد فعال‌سازی,کد فعالسازی,کد امنیتی,کد ورود,رمز پویا,کد یکبار مصرف",
    // Hindi, Bengali
    "सत्यापन कोड,पुष्टिकरण कोड,सुरक्षा कोड,वन-टाइम पासवर्ड,वन टाइम पासवर्ड,ओटीपी,लॉगिन कोड,वेरिफिकेशन कोड",
    "যাচাইকরণ কোড,যাচাই কোড,নিশ্চিতকরণ কোড,নিরাপত্তা কোড,ওটিপি,ওয়ান টাইম পাসওয়ার্ড,এককালীন,ভেরিফিকেশন কোড",
    // Thai
    "รหัสยืนยัน,รหัสการยืนยัน,รหัสความปลอดภัย,รหัสผ่านแบบใช้ครั้งเดียว,รหัสผ่านครั้งเดียว,รหัสตรวจสอบ,รหัสเข้าสู่ระบบ,รหัสใช้ครั้งเดียว,โอทีพี",
    // Vietnamese
    "mã xác minh,mã xác nhận,mã xác thực,mã bảo mật,mã đăng nhập,mật khẩu một lần,mã một lần,mã kích hoạt,mã truy cập,mã otp",
    // Indonesian, Malay
    "kode verifikasi,kode konfirmasi,kode keamanan,kode otp,kode aktivasi,kode sekali pakai,kata sandi sekali pakai,kode masuk,kode akses,kode autentikasi",
    "kod pengesahan,kod keselamatan,kata laluan sekali guna,kod sekali guna,kod akses,kod log masuk,kod otp",
    // Chinese
    "验证码,校验码,动态码,动态密码,动态口令,一次性密码,安全码,安全代码,确认码,认证码,激活码,登录码,验证代码",
    "驗證碼,校驗碼,動態密碼,一次性密碼,安全碼,安全代碼,確認碼,認證碼,啟用碼,登入碼,驗證代碼",
    // Japanese
    "認証コード,確認コード,検証コード,ワンタイムパスワード,ワンタイムコード,認証番号,確認番号,セキュリティコード,セキュリティ コード,パスコード,ログインコード,認証用コード,ワンタイム",
    // Korean
    "인증번호,인증 번호,인증코드,인증 코드,확인 코드,확인코드,보안 코드,보안코드,일회용 비밀번호,일회용 코드,로그인 코드,확인 번호,일회용",
];

const WEAK: &[&str] = &[
    "|code|,|codes|,|pin|,|password|,|token|,|verify|,verification,|confirm|",
    "|passwort|,|kennwort|,|mot de passe|,|código|,|codigo|,|clave|,|senha|,|codice|,|kod|,|koden|,|kode|,|kodu|,|kodunuz|,|koodi|,|koodisi|",
    "|kód|,|kódod|,|kódja|,|kódem|,|cod|,|codul|,|код|,|кода|,|кодът|,|пароль|,|пин|,|κωδικός|,|κωδικό|,|кодом|,|sifre|,|şifre|",
    "رمز,كود,کد,קוד,कोड,কোড,รหัส,|mã|,代码,代碼,密码,密碼,コード,暗証番号,코드,비밀번호",
];

const DENY: &[&str] = &[
    // What goes by a number, and codes that are no one-time codes.
    "クーポンコード,プロモーションコード,プロモコード,割引コード,优惠代码,优惠券,折扣码,促销码,優惠代碼,折扣碼,쿠폰 코드,할인 코드,프로모션 코드",
    "código de desconto,codigo promocional,codigo de descuento,codice promo,kod promocyjny,promóciós kód,cod de reducere,код за отстъпка,код на скидку,код знижки",
    "mã khuyến mãi,kode diskon,kode voucher,kod diskaun,प्रोमो कोड,कूपन,কুপন,প্রোমো কোড,kampanjkod,kampagnekode,kampanjekode,promo kodu,actiecode,alekoodi",
    "order number,order no,order #,order id,|order|,invoice,receipt,tracking,shipment,booking,reservation,ticket,|case|,|case id|,reference,|ref|,|ref.|",
    "account number,account ending,card ending,ending in,customer number,customer id,member id,policy number,serial,|sku|,|vat|,|isbn|,registration no,company no",
    "phone,|tel|,|tel.|,telephone,|fax|,mobile,|call|,helpline,hotline,|whatsapp|,|po box|,|p.o. box|,|suite|,|street|,|avenue|,|zip|,postcode,postal code,zip code",
    "promo code,promotion code,promotional code,coupon,voucher,discount code,|discount|,offer code,gift code,gift card,|checkout|,referral code,invite code,qr code",
    "area code,country code,tax code,sort code,swift code,error code,status code,source code,product code,dress code,barcode,bar code,postal,|price|,|total|,|amount|",
    "bestellnummer,bestellung,auftragsnummer,rechnung,sendungsnummer,kundennummer,vorgangsnummer,telefon,gutschein,rabattcode,postleitzahl,|plz|,aktionscode,ticketnummer",
    "commande,facture,numéro de suivi,téléphone,code promo,code de réduction,code postal,réservation,n° client",
    "pedido,factura,teléfono,seguimiento,código postal,código promocional,código de descuento,cupón,reserva,fatura,nota fiscal,telefone,código promocional,cupom,rastreamento,|cep|",
    "ordine,fattura,spedizione,telefono,codice sconto,codice promozionale,codice postale,codice fiscale,prenotazione",
    "bestelling,factuur,klantnummer,kortingscode,postcode,ordernummer,beställning,faktura,rabattkod,postnummer,bestilling,ordrenummer,rabatkode,rabattkode",
    "tilaus,lasku,puhelin,alennuskoodi,postinumero,zamówieni,kod rabatowy,kod pocztowy,objednávk,slevový kód,zľavový kód,směrovací,smerovací,rendelés,számla,kuponkód,irányítószám",
    "comand,factur,cod poștal,cod promoțional,поръчка,промокод,промо код,промо-код,пощенски код,заказ,счёт,счет,телефон,почтовый индекс,индекс,замовлення,рахунок,поштовий",
    "sipariş,fatura no,indirim kod,posta kodu,παραγγελία,τιμολόγιο,τηλέφωνο,ταχυδρομικός κώδικας,κωδικός έκπτωσης",
    "طلب,فاتورة,هاتف,كود الخصم,رمز الخصم,הזמנה,חשבונית,טלפון,קוד קופון,سفارش,تلفن,کد تخفیف,کد پستی,फ़ोन,ऑर्डर,অর্ডার,ফোন,คำสั่งซื้อ,โทร,โค้ดส่วนลด,รหัสไปรษณีย์",
    "đơn hàng,hóa đơn,điện thoại,mã giảm giá,pesanan,telepon,kode promo,kode pos,pesanan,kod promosi,poskod,telefon",
    "订单,单号,发票,电话,优惠码,邮编,客服,訂單,單號,發票,電話,優惠碼,郵遞區號,注文,請求書,クーポン,郵便番号,お問い合わせ番号,伝票番号,주문,송장,전화,쿠폰,우편번호,고객센터",
];

const UNIT: &[&str] = &[
    "|minute,|min|,|mins|,|hour|,|hours|,|day|,|days|,|second,|sec|,|week,|month|,|months|,|year|,|years|,|px|,|em|,|kb|,|mb|,|gb|,|tb|,|km|,|kg|,|ml|,|cm|,|mm|",
    "|people,|users|,|customers|,|members|,|items|,|points|,|miles|,|words|,|pages|,|times|,|views|,|followers|,|usd|,|eur|,|gbp|,|chf|,|jpy|,|inr|,|pln|,|czk|,|sek|,|nok|,|dkk|,|huf|,|ron|,|rub|,|uah|,|try|",
    "|stunde,|tage|,|tagen|,|jour,|heure,|día,|hora,|dia|,|dias|,|giorni|,|ore|,|uur|,|dagen|,|timer|,|dager|,|dage|,|dagar|,|timmar|,|godzin,|dni|,|dnů|,|hodin,|hodín,|perc|,|órá|,|ore|,|zile|,|минут,|час,|дней|,|хвилин,|годин,|dakika,|saat|,|gün|",
    "分钟,分鐘,小时,小時,元,円,分間,時間,분,시간,원,นาที,ชั่วโมง,บาท,phút,giờ,menit,|jam|,minit,دقيقة,دقائق,ساعة,دقیقه,ساعت,דקות,שעות,मिनट,মিনিট,λεπτά,ώρες",
];

const FOOTER: &[&str] = &[
    "unsubscribe,all rights reserved,©,(c) 20,copyright,privacy policy,terms of service,you are receiving this,you received this email because,view in browser",
    "abmelden,abbestellen,impressum,alle rechte vorbehalten,désabonner,désinscri,tous droits réservés,cancelar suscripción,darse de baja,todos los derechos",
    "cancelar inscrição,descadastr,todos os direitos,disiscriv,annulla iscrizione,tutti i diritti,uitschrijven,avregistrera,afmeld,avmeld,peruuta tilaus,wypisz,odhlásit odběr,odhlásiť odber,leiratkoz,dezabon",
    "отписаться,все права защищены,відписатися,отпиш,aboneliğ,κατάργηση εγγραφής,إلغاء الاشتراك,לביטול המנוי,להסרה,لغو اشتراک,退订,取消订阅,取消訂閱,配信停止,수신거부,수신 거부,hủy đăng ký,berhenti berlangganan,ยกเลิกการสมัคร",
];
