"""The fields of French meters' customer output (TIC) in the order Watteco's Tics'O numbers them, and their types.

Order and types: Watteco/Codec-Report-Standard-Python (srcWatteco/TICs) and Watteco/Codec-API-LoRaWAN (codec/tic.js;
CJE stands only there). Types, after the colon: u8 to u32, i16 and float are numbers; str ends with a zero; enum is one
byte, or a text of that many bytes when its highest bit is set; hex is a length and as many bytes; dmy is day, month,
year, hour, minute, second; sdmy a season's letter, then the year first; ts seconds since 2000 in local time; a number
of bytes is skipped. Types joined by "+" follow one another.
"""

ICE_GENERAL = (
    "CONTRAT:str DATECOUR:dmy DATE:dmy EA:u24 ERP:u24 PTCOUR:str PREAVIS:str MODE:0 "
    "DATEPA1:dmy PA1:u16 DATEPA2:dmy PA2:u16 DATEPA3:dmy PA3:u16 DATEPA4:dmy PA4:u16 "
    "DATEPA5:dmy PA5:u16 DATEPA6:dmy PA6:u16 *p*:0 KDC:u8 KDCD:u8 TGPHI:float "
    "PSP:u16 PSPM:u16 PSHPH:u16 PSHPD:u16 PSHCH:u16 PSHCD:u16 PSHPE:u16 PSHCE:u16 "
    "PSJA:u16 PSHH:u16 PSHD:u16 PSHM:u16 PSDSM:u16 PSSCM:u16 MODE:0 PA1MN:u16 "
    "PA10MN:u16 PREA1MN:i16 PREA10MN:i16 TGPHI:float U10MN:u16"
)

ICE_TARIFFS = ("P", "PM", "HCE", "HCH", "HH", "HCD", "HD", "JA", "HPE", "HPH", "HPD", "SCM", "HM", "DSM")


def ice_period(period: str) -> str:
    """The fields of the billing period "p" in progress, or of "p1" before it: registers of each tariff."""
    registers = (
        " ".join([f"DATE{kind}{period}:dmy", *(f"{kind}{period}{tariff}:u24" for tariff in ICE_TARIFFS)])
        for kind in ("EA", "ERP", "ERN")
    )
    return " ".join([f"DEBUT{period}:dmy FIN{period}:dmy CAF{period}:u16", *registers])


CBE = (
    "ADIR1:u16 ADIR2:u16 ADIR3:u16 ADCO:str OPTARIF:str ISOUSC:u8 BASE:u32 HCHC:u32 "
    "HCHP:u32 EJPHN:u32 EJPHPM:u32 BBRHCJB:u32 BBRHPJB:u32 BBRHCJW:u32 BBRHPJW:u32 BBRHCJR:u32 "
    "BBRHPJR:u32 PEJP:u8 GAZ:u32 AUTRE:u32 PTEC:str DEMAIN:str IINST:u16 IINST1:u16 "
    "IINST2:u16 IINST3:u16 ADPS:u16 IMAX:u16 IMAX1:u16 IMAX2:u16 IMAX3:u16 PMAX:u32 "
    "PAPP:u32 HHPHC:1 MOTDETAT:str PPOT:rest"
)

CJE = (
    "JAUNE:4 PT:str DP:str JAUNE:u24 KP:u8 ENERG1:u24 ENERG2:u24 ENERG3:u24 "
    "ENERG4:u24 ENERG5:u24 ENERG6:u24 PERCC:3 PERCC:u8 PMAXC1:u24 PMAXC2:u24 PMAXC3:u24 "
    "PMAXC4:u24 TDEPA1:u24 TDEPA2:u24 TDEPA3:u24 TDEPA4:u24 PERCP:3 PERCP:u8 PMAXP1:u24 "
    "PMAXP2:u24 PMAXP3:u24 PMAXP4:u24 PSOUSC1:u24 PSOUSC2:u24 PSOUSC3:u24 PSOUSC4:u24 PSOUSP1:u24 "
    "PSOUSP2:u24 PSOUSP3:u24 PSOUSP4:u24 FCOU:2 FCOU:u8"
)

STD = (
    "ADSC:str VTIC:u8 DATE:sdmy NGTF:enum LTARF:enum EAST:u32 EASF01:u32 EASF02:u32 "
    "EASF03:u32 EASF04:u32 EASF05:u32 EASF06:u32 EASF07:u32 EASF08:u32 EASF09:u32 EASF10:u32 "
    "EASD01:u32 EASD02:u32 EASD03:u32 EASD04:u32 EAIT:u32 ERQ1:u32 ERQ2:u32 ERQ3:u32 "
    "ERQ4:u32 IRMS1:u16 IRMS2:u16 IRMS3:u16 URMS1:u16 URMS2:u16 URMS3:u16 PREF:u8 "
    "PCOUP:u8 SINSTS:u24 SINSTS1:u24 SINSTS2:u24 SINSTS3:u24 SMAXSN:sdmy+u24 SMAXSN1:sdmy+u24 SMAXSN2:sdmy+u24 "
    "SMAXSN3:sdmy+u24 SMAXSN-1:sdmy+u24 SMAXSN1-1:sdmy+u24 SMAXSN2-1:sdmy+u24 SMAXSN3-1:sdmy+u24 SINSTI:u24 "
    "SMAXIN:sdmy+u24 SMAXIN-1:sdmy+u24 "
    "CCASN:sdmy+u24 CCASN-1:sdmy+u24 CCAIN:sdmy+u24 CCAIN-1:sdmy+u24 UMOY1:sdmy+u16 UMOY2:sdmy+u16 UMOY3:sdmy+u16 "
    "STGE:4 "
    "DPM1:sdmy+u8 FPM1:sdmy+u8 DPM2:sdmy+u8 FPM2:sdmy+u8 DPM3:sdmy+u8 FPM3:sdmy+u8 MSG1:str MSG2:str "
    "PRM:str RELAIS:u8 NTARF:u8 NJOURF:u8 NJOURF+1:u8 PJOURF+1:slots PPOINTE:slots"
)

PMEPMI = (
    "TRAME:enum ADS:hex MESURES1:enum DATE:dmy EA_s:u24 ER+_s:u24 ER-_s:u24 EAPP_s:u24 "
    "EA_i:u24 ER+_i:u24 ER-_i:u24 EAPP_i:u24 PTCOUR1:enum TARIFDYN:enum ETATDYN1:enum PREAVIS1:enum "
    "TDYN1CD:ts+enum TDYN1CF:ts+enum TDYN1FD:ts+enum TDYN1FF:ts+enum MODE:enum CONFIG:enum DATEPA1:dmy PA1_s:u16 "
    "PA1_i:u16 DATEPA2:ts PA2_s:u16 PA2_i:u16 DATEPA3:ts PA3_s:u16 PA3_i:u16 DATEPA4:ts "
    "PA4_s:u16 PA4_i:u16 DATEPA5:ts PA5_s:u16 PA5_i:u16 DATEPA6:ts PA6_s:u16 PA6_i:u16 "
    "DebP:ts EAP_s:u24 EAP_i:u24 ER+P_s:u24 ER-P_s:u24 ER+P_i:u24 ER-P_i:u24 DebP-1:ts "
    "FinP-1:ts EaP-1_s:u24 EaP-1_i:u24 ER+P-1_s:u24 ER-P-1_s:u24 ER+P-1_i:u24 ER-P-1_i:u24 PS:u24+enum "
    "PREAVIS:enum PA1MN:u16 PMAX_s:u24+enum PMAX_i:u24+enum TGPHI_s:float TGPHI_i:float MESURES2:enum PTCOUR2:enum "
    "ETATDYN2:enum PREAVIS2:enum TDYN2CD:ts+enum TDYN2CF:ts+enum TDYN2FD:ts+enum TDYN2FF:ts+enum DebP_2:ts EaP_s2:u24 "
    "DebP-1_2:ts FinP-1_2:ts EaP-1_s2:u24 _DDMES1_:u24"
)
