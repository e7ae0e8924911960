/* certificates.h - client certificates and keys in PEM, made for the tests. */
#ifndef TENURE_TESTS_CERTIFICATES_H
#define TENURE_TESTS_CERTIFICATES_H

/* Until 2120-01-01. */
#define CERTIFICATE_GOOD                                                     \
	"-----BEGIN CERTIFICATE-----\n"                                      \
	"MIHFMHmgAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBdDAgFw0yMDAxMDEwMDAw\n" \
	"MDBaGA8yMTIwMDEwMTAwMDAwMFowDDEKMAgGA1UEAwwBdDAqMAUGAytlcAMhAHlj\n" \
	"x9yGndRVege4GAMRXRVXKKYCUv8v9NuDHVXa2O4BMAUGAytlcANBAPluqopn4UTE\n" \
	"qTNU8CgrpLsNhopKD9OFE81Ywco3iE84xQB1oDUmoWffV1umzRyb19xYzJJbugBL\n" \
	"DW8aWp1vVwo=\n"                                                     \
	"-----END CERTIFICATE-----\n"

/* Of KEY_OTHER, until 2121-01-01. */
#define CERTIFICATE_OTHER                                                    \
	"-----BEGIN CERTIFICATE-----\n"                                      \
	"MIHFMHmgAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBdDAgFw0yMDAxMDEwMDAw\n" \
	"MDBaGA8yMTIxMDEwMTAwMDAwMFowDDEKMAgGA1UEAwwBdDAqMAUGAytlcAMhAHaU\n" \
	"6LWKicmSi9ixFqKb5Gyok9episgBMPRyxH7skGUuMAUGAytlcANBAEX3ck01pCu+\n" \
	"LiIohsUpVR8IyG/7SKnR8oTbVy4QASWwKJiFvuORdu9zBVQjOyYz9Zf1D7JwBkRC\n" \
	"cCa/m1V7rAk=\n"                                                     \
	"-----END CERTIFICATE-----\n"

/* Since 2021-02-03T04:05:06Z. */
#define CERTIFICATE_EXPIRED                                                  \
	"-----BEGIN CERTIFICATE-----\n"                                      \
	"MIHDMHegAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBdDAeFw0yMDAxMDEwMDAw\n" \
	"MDBaFw0yMTAyMDMwNDA1MDZaMAwxCjAIBgNVBAMMAXQwKjAFBgMrZXADIQB5Y8fc\n" \
	"hp3UVXoHuBgDEV0VVyimAlL/L/Tbgx1V2tjuATAFBgMrZXADQQAMiekxhQkOIa3w\n" \
	"LJfAOBBTEVqVPCD7KpTWD3x/QNblJnjeVWCRiX9nYhD4rNu825aMXunmk6iNfwG0\n" \
	"8QP1x4oL\n"                                                         \
	"-----END CERTIFICATE-----\n"

/* Without an end: RFC 5280 section 4.1.2.5. */
#define CERTIFICATE_ENDLESS                                                  \
	"-----BEGIN CERTIFICATE-----\n"                                      \
	"MIHFMHmgAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBdDAgFw0yMDAxMDEwMDAw\n" \
	"MDBaGA85OTk5MTIzMTIzNTk1OVowDDEKMAgGA1UEAwwBdDAqMAUGAytlcAMhAHlj\n" \
	"x9yGndRVege4GAMRXRVXKKYCUv8v9NuDHVXa2O4BMAUGAytlcANBAFjLyFcTM3wj\n" \
	"UaN5gj+tuUGRkFj4Cho7wy+nUETdbKU1hyP/Tuwu3Jo0uw5Qb/w2pbVyhyRyCULm\n" \
	"aBR4JknDRAw=\n"                                                     \
	"-----END CERTIFICATE-----\n"

/* Of all the others. */
#define KEY                                                                  \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MC4CAQAwBQYDK2VwBCIEIBQ6OAOtWAH+xANxahahYV/HdRo2RnHOwvSolUIFv2/P\n" \
	"-----END PRIVATE KEY-----\n"

/* Another one. */
#define KEY_OTHER                                                            \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MC4CAQAwBQYDK2VwBCIEIBaw8XUUYmGzve1vd4dVEUIR+A4DiJ9rQfU2qnW/amMx\n" \
	"-----END PRIVATE KEY-----\n"

/* KEY with a pass phrase. */
#define KEY_LOCKED                                                           \
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                            \
	"MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBAYR05seTW+xbqTsC1J\n" \
	"kpuYAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQeWMxE0nZQjSDU0bK\n" \
	"1NTWNQRAm6N5Jakzwxzfjjv0SAEqyiTSLwk9SFbLykdHLunKSuAB1Ql3rdcEeeB9\n" \
	"+ofnplUi+qnbAVEwZYeLeLXAYQDaEQ==\n"                                 \
	"-----END ENCRYPTED PRIVATE KEY-----\n"

#endif
