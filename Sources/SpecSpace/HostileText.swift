// SPDX-License-Identifier: Apache-2.0

/// Texts that have broken programs, and texts that mean something in one place and nothing in another.
enum HostileText {
    static let all: [String] = breaking + meaningful

    private static let breaking = [
        "", " ", "\u{0}", "a\u{0}b", "\u{1B}[31mred\u{1B}[0m", "line\nbreak", "tab\tand\rreturn", "\u{7F}",
        "\u{85}\u{9B}",
        "\u{202E}gpj.exe", "\u{2066}hidden\u{2069}", "\u{FEFF}mark", "e\u{301}", "\u{130}", "漢字", "👩‍👩‍👧", "\u{10FFFF}",
        String(repeating: "x", count: 4_096), String(repeating: "é", count: 300), "(a+)+$",
        String(repeating: "a", count: 60) + "!", "[a-", "(\u{1B}[2J\u{202E}", "\\", "\"quoted\"", "'", "%s%n%x",
        "${jndi:ldap://example.org/a}",
        "$(HOME)", "`id`", "{{ .Values.secret }}", "<script>alert(1)</script>", "'; DROP TABLE reports;--",
        "../../../etc/passwd", "/dev/stdin", "a/../b", "null", "true", "NaN", "1.0", "1e400", "-1", "0x10", "1_000",
        "9223372036854775808", "__proto__", "a,b", "a=b", "a: b", "--help", "-", ".", "..", "~",
    ]

    private static let meaningful = [
        "*", "?", "**", "*a*a*a*a*a*a*a*b", "0 3 * * *", "* * * * *", "@daily", "@every 1s", "@reboot",
        "TZ=UTC 0 3 * * *",
        "60 24 32 13 8", "0 0 31 2 *", "0 0 29 2 *", "*/0 * * * *", "59-0 * * * *", "UTC", "Europe/Paris",
        "europe/paris",
        "Etc/GMT+2", "../UTC", "localtime", "alpine", "registry.example.org/team/app0:v1", "Localhost:5000/UPPER",
        "registry.example.org/own@sha256:" + String(repeating: "c", count: 64), "a@sha256:short",
        String(repeating: "c", count: 64), "http://registry.example.org/a", "[::1]:5000/a", "CVE-2026-1234",
        "GHSA-aaaa-bbbb-cccc",
        "100m", "1Gi", "1e3", "-1Gi", "999999999999999999999Ei", "app.kubernetes.io/name", "kubernetes.io/arch",
        "a/b/c",
        "-leading", "trailing-", "default", "kube-system", "2020-01-01T00:00:00Z", "2099-12-31T23:59:60Z",
        "2026-02-30T00:00:00Z", "2030-01-01T00:00:00+99:99", "2030-01-01t00:00:00z", "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z", "2030-01-01T00:00:00,5Z", "2030-01-01",
    ]
}
