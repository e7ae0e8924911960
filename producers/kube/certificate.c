#include "producers/kube/certificate.h"

#include <limits.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

/* Without this libcrypto asks for the pass phrase on the terminal. */
static int refuse_pass_phrase(char *phrase, int size, int writing, void *user)
{
	(void)phrase;
	(void)size;
	(void)writing;
	(void)user;
	return -1;
}

static BIO *open_pem(const char *pem, size_t length)
{
	return length <= INT_MAX ? BIO_new_mem_buf(pem, (int)length) : NULL;
}

static X509 *read_certificate(const char *pem, size_t length)
{
	BIO *bytes = open_pem(pem, length);
	X509 *certificate =
		bytes != NULL ? PEM_read_bio_X509(bytes, NULL, refuse_pass_phrase, NULL) : NULL;

	BIO_free(bytes);
	return certificate;
}

int certificate_read_end(const char *pem, size_t length, struct when *end)
{
	X509 *certificate = read_certificate(pem, length);
	struct tm tm;
	int rc = -1;

	if (certificate == NULL || !ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm))
		goto out;
	/* Years that an instant cannot hold are the infinite future (RFC 5280 section 4.1.2.5: a
	 * certificate without an end has 99991231235959Z). */
	*end = tm.tm_year > 2261 - 1900 ? WHEN_MAX
					: (struct when){(int64_t)timegm(&tm) * NS_PER_SECOND};
	rc = 0;
out:
	X509_free(certificate);
	return rc;
}

bool certificate_has_key(const char *pem, size_t length, const char *key, size_t key_length)
{
	X509 *certificate = read_certificate(pem, length);
	BIO *bytes = open_pem(key, key_length);
	EVP_PKEY *read = bytes != NULL
				 ? PEM_read_bio_PrivateKey(bytes, NULL, refuse_pass_phrase, NULL)
				 : NULL;
	bool match = certificate != NULL && read != NULL &&
		     X509_check_private_key(certificate, read) == 1;

	EVP_PKEY_free(read);
	BIO_free(bytes);
	X509_free(certificate);
	return match;
}
