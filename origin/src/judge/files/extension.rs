//! What an extension makes of a file: our table of those that systems open by running them, of archives, and of
//! what people usually send.
//!
//! It covers what Gmail and Outlook keep out. Never looks at a name's other parts.

use protocol::message::Danger;

/// What a file is by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Dangerous to open.
    Dangerous(Danger, &'static str),
    /// A zip archive to be unpacked.
    Zip,
    /// Any other archive or packed file.
    Packed,
    /// A document whose format is a zip archive that nobody unpacks.
    ZippedDocument,
    /// An attached message.
    Message,
    /// What people send.
    Document,
}

/// Rows of `danger "what": "ext" "ext"; …`, each extension with the words that a sender is told.
macro_rules! dangerous {
    ($($danger:ident $what:literal: $($extension:literal)+;)+) => {
        &[$($(($extension, Danger::$danger, concat!(".", $extension, ", ", $what)),)+)+]
    };
}

const DANGEROUS: &[(&str, Danger, &str)] = dangerous! {
    Program "a Windows program": "exe" "com" "scr" "pif" "cpl" "dll" "sys" "drv" "ocx" "vxd" "ex" "ex_" "dl_" "lib"
        "xll" "wll" "gadget" "xbap" "osd" "ax" "efi" "vsw" "app" "fxp" "prg" "plg" "bgi";
    Program "a macOS program": "dylib" "kext" "prefpane" "workflow" "terminal";
    Program "a Linux program": "elf" "so" "appimage" "run" "desktop";
    Program "an Android program": "apk" "dex" "xapk" "aab";
    Program "a Java program": "jar" "class" "jnlp" "war" "ear";
    Program "a Flash program": "swf";
    Script "a Windows script": "bat" "cmd" "btm" "vb" "vbe" "vbs" "vbp" "js" "jse" "ws" "wsc" "wsf" "wsh" "sct" "shb" "shs"
        "hta" "htc" "msh" "msh1" "msh2" "mshxml" "msh1xml" "msh2xml" "ps1" "ps1xml" "ps2" "ps2xml" "psc1" "psc2" "psd1"
        "psdm1" "psm1" "pssc" "cdxml" "ahk" "au3" "a3x" "bas" "scf" "inf" "ins" "isp" "reg" "mst" "cnt" "hpj" "tmp";
    Script "a Unix script": "csh" "ksh" "pl" "scpt" "scptd" "applescript" "command";
    Script "a Python program": "py" "pyc" "pyo" "pyw" "pyz" "pyzw" "pyd";
    Script "a JavaScript program": "mjs" "cjs" "jsx";
    Script "a server's page": "asp" "aspx";
    Script "a help file": "chm" "hlp" "its";
    Script "a console's settings": "msc" "grp" "theme" "themepack" "deskthemepack" "settingcontent-ms" "nsh" "pcd"
        "printerexport" "diagcfg";
    Shortcut "a shortcut": "lnk" "url" "website" "webloc" "inetloc" "fileloc" "appref-ms" "xnk" "webpnp" "library-ms"
        "search-ms" "searchconnector-ms" "rdp" "udl" "iqy" "slk" "application" "asx" "mcf" "appcontent-ms" "ppkg";
    Shortcut "a OneNote section": "one" "onepkg" "onetoc2";
    Shortcut "an Access shortcut": "mad" "maf" "mag" "mam" "maq" "mar" "mas" "mat" "mau" "mav" "maw" "mda" "mdt" "mdw"
        "mdz";
    Installer "a Windows installer": "msi" "msp" "msix" "msixbundle" "msu" "appx" "appxbundle" "appinstaller" "cab"
        "diagcab" "diagpkg" "ops" "adp" "wim" "isu";
    Installer "a certificate": "cer" "crt" "der";
    Installer "a macOS installer": "pkg" "mpkg";
    Installer "a Linux package": "deb" "rpm" "flatpakref" "snap";
    Installer "a browser's extension": "crx" "xpi";
    DiskImage "a disk image": "iso" "img" "vhd" "vhdx" "avhd" "avhdx" "vmdk" "vdi" "dmg" "sparseimage" "udf" "daa" "nrg"
        "mds" "mdf" "toast" "ova" "qcow2";
    Macros "a document with macros": "docm" "dotm" "xlsm" "xltm" "xlam" "xlsb" "pptm" "potm" "ppam" "ppsm" "sldm" "wbk"
        "xla" "xlm" "ppa" "vsdm" "vstm" "vssm" "vsmacros" "wiz";
    Macros "an Access database": "ade" "mdb" "mde" "accda" "accdb" "accde" "accdr" "accdt" "maa";
    Macros "an Outlook data file": "pst";
};

const ZIP: &[&str] = &["zip", "zipx"];

const PACKED: &[&str] = &[
    "7z", "ace", "alz", "arc", "arj", "br", "bz", "bz2", "egg", "gz", "lha", "lz", "lz4", "lzh", "lzma", "pak", "r00",
    "rar", "tar", "taz", "tbz", "tbz2", "tgz", "txz", "tzst", "uue", "xxe", "xz", "z", "zst", "zoo",
];

const ZIPPED_DOCUMENTS: &[&str] = &[
    "docx", "dotx", "epub", "key", "kmz", "numbers", "odf", "odg", "odp", "ods", "odt", "otp", "ots", "ott", "pages",
    "potx", "ppsx", "pptx", "sldx", "sxc", "sxw", "vsdx", "vstx", "xlsx", "xltx", "xps",
];

const DOCUMENTS: &[&str] = &[
    "3gp", "aac", "ai", "asc", "avi", "avif", "bin", "bmp", "conf", "css", "csv", "dat", "doc", "dot", "dwg", "eps",
    "flac", "gif", "gpx", "har", "heic", "htm", "html", "ico", "ics", "ini", "jpeg", "jpg", "json", "kml", "log",
    "m4a", "md", "mht", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "odb", "ogg", "opus", "otf", "p7b", "p7c", "p7m",
    "p7s", "pdf", "pem", "pgp", "pkpass", "png", "pot", "pps", "ppt", "ps", "psd", "pub", "rtf", "shtml", "sig", "sql",
    "svg", "tex", "tif", "tiff", "toml", "tsv", "ttf", "txt", "vcf", "vcs", "vsd", "wav", "webm", "webp", "wma", "wmv",
    "woff", "woff2", "xcf", "xhtml", "xls", "xlt", "xml", "yaml", "yml",
];

/// What a file with this extension, in lower case, is; none where no table knows it.
pub(super) fn sort(extension: &str) -> Option<Sort> {
    if let Some((_, danger, kind)) = DANGEROUS.iter().find(|(known, ..)| *known == extension) {
        return Some(Sort::Dangerous(*danger, kind));
    }
    let groups: [(&[&str], Sort); 5] = [
        (DOCUMENTS, Sort::Document),
        (ZIPPED_DOCUMENTS, Sort::ZippedDocument),
        (ZIP, Sort::Zip),
        (PACKED, Sort::Packed),
        (&["eml"], Sort::Message),
    ];
    groups.iter().find(|(group, _)| group.contains(&extension)).map(|(_, sort)| *sort)
}

/// What a file without an extension is by its media type: what a reader's program would add one for.
pub(super) fn of_media(media: &str) -> Option<Sort> {
    let extension = match media {
        "application/x-msdownload"
        | "application/x-msdos-program"
        | "application/vnd.microsoft.portable-executable"
        | "application/x-dosexec" => "exe",
        "application/java-archive" | "application/x-java-archive" => "jar",
        "application/x-java-jnlp-file" => "jnlp",
        "application/hta" => "hta",
        "application/x-ms-shortcut" => "lnk",
        "application/x-msi" => "msi",
        "application/vnd.android.package-archive" => "apk",
        "application/x-iso9660-image" => "iso",
        "application/x-apple-diskimage" => "dmg",
        "application/vnd.ms-htmlhelp" => "chm",
        "application/x-bat" => "bat",
        "application/javascript" | "application/x-javascript" | "text/javascript" => "js",
        "text/vbscript" => "vbs",
        "application/x-executable" | "application/x-sharedlib" => "elf",
        "message/rfc822" | "message/global" => "eml",
        _ => return None,
    };
    sort(extension)
}

#[cfg(test)]
mod tests;
