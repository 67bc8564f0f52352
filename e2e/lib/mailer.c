/* A witness for the mail layer: opens libcurl.so.4 as the operator will, at the first mail, and sends one.
   mailer smtp://HOST:PORT CA-FILE USER PASSWORD; exit 0 when the server has taken it, 2 without libcurl. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char mail[] = "From: watchbill@example.org\r\nTo: crew@example.org\r\nSubject: all well\r\n\r\nFour bells.\r\n";
static size_t told;

static size_t tell(char *buffer, size_t size, size_t count, void *unused) {
  (void)unused;
  size_t rest = sizeof mail - 1 - told, room = size * count;
  size_t length = rest < room ? rest : room;
  memcpy(buffer, mail + told, length);
  told += length;
  return length;
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: mailer URL CA-FILE USER PASSWORD\n"), 64;
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) return printf("%s\n", dlerror()), 2;
  char *(*version)(void) = (char *(*)(void))dlsym(library, "curl_version");
  CURL *(*init)(void) = (CURL * (*)(void)) dlsym(library, "curl_easy_init");
  CURLcode (*set)(CURL *, CURLoption, ...) = (CURLcode(*)(CURL *, CURLoption, ...))dlsym(library, "curl_easy_setopt");
  CURLcode (*perform)(CURL *) = (CURLcode(*)(CURL *))dlsym(library, "curl_easy_perform");
  const char *(*explain)(CURLcode) = (const char *(*)(CURLcode))dlsym(library, "curl_easy_strerror");
  struct curl_slist *(*append)(struct curl_slist *, const char *) =
      (struct curl_slist * (*)(struct curl_slist *, const char *)) dlsym(library, "curl_slist_append");
  printf("%s\n", version());
  CURL *curl = init();
  set(curl, CURLOPT_URL, argv[1]);
  set(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
  set(curl, CURLOPT_CAINFO, argv[2]);
  set(curl, CURLOPT_USERNAME, argv[3]);
  set(curl, CURLOPT_PASSWORD, argv[4]);
  set(curl, CURLOPT_MAIL_FROM, "<watchbill@example.org>");
  set(curl, CURLOPT_MAIL_RCPT, append(0, "<crew@example.org>"));
  set(curl, CURLOPT_UPLOAD, 1L);
  set(curl, CURLOPT_READFUNCTION, tell);
  set(curl, CURLOPT_TIMEOUT, 20L);
  CURLcode code = perform(curl);
  printf("%s\n", explain(code));
  return code != CURLE_OK;
}
