// SPDX-License-Identifier: Apache-2.0
import JSONScan

/// What Trivy's messages on stderr mean. Taken from runs of Trivy 0.76 against registries that answer so.
package enum FailureSigns {
    /// The first row of which a sign occurs decides, so the row of a cause comes before that of its consequence.
    static let table: [(reason: ScanFailure.Reason, signs: [String])] = [
        (.outOfMemory, ["runtime: out of memory", "cannot allocate memory"]),
        (
            .databaseUnavailable,
            [
                "DB error:", "failed to download vulnerability DB", "failed to download Java DB", "Java DB error",
                "database error:", "failed to download checks bundle",
            ]
        ),
        (.rateLimited, ["TOOMANYREQUESTS", "toomanyrequests", "429 Too Many Requests", "rate limit"]),
        (
            .unauthorized,
            [
                "UNAUTHORIZED", "DENIED", "401 Unauthorized", "403 Forbidden", "authentication required",
                "no basic auth credentials", "unsupported status code 401", "unsupported status code 403",
            ]
        ),
        (
            .imageNotFound,
            [
                "MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND", "404 Not Found", "manifest unknown",
                "no child with platform",
                "could not parse reference",
            ]
        ),
        (
            .registryUnreachable,
            [
                "no such host", "connection refused", "connection reset", "no route to host", "network is unreachable",
                "i/o timeout", "TLS handshake timeout", "Client.Timeout exceeded", "x509:", "tls:",
                "server gave HTTP response",
                "UNAVAILABLE", "unexpected status code 5", "server misbehaving", "unexpected EOF",
            ]
        ),
        (.timedOut, ["context deadline exceeded"]),
        (.trivyCrashed, ["panic: ", "fatal error: "]),
    ]

    /// The reason that `stderr` tells of; nil when nothing in it is known.
    package static func reason(in stderr: String) -> ScanFailure.Reason? {
        for passage in passages(of: stderr) {
            for row in table where row.signs.contains(where: { passage.contains($0) }) { return row.reason }
        }
        return nil
    }

    /// The one line that says most: what the registry answered, or else the fatal error.
    package static func message(in stderr: String) -> String? {
        guard let lines = passages(of: stderr).first?.split(separator: "\n"), let line = lines.first else { return nil }
        // "1 error occurred:" stands before the line that tells which.
        let cause = line.hasSuffix(":") && lines.count > 1 ? " " + lines[1] : ""
        var text = line + cause
        for introduction in ["FATAL\t", "Fatal error\t", "run error: ", "init error: ", "remote error: "] {
            if let range = text.firstRange(of: introduction) { text = text[range.upperBound...] }
        }
        return String(truncating: Array(CleanText.stripped(String(text)).utf8), to: TextLimit.message)
    }

    /// The passages that can tell the cause, the most telling first. Trivy asks Docker, containerd and Podman before the
    /// registry; their failures stand beside the one that counts.
    private static func passages(of stderr: String) -> [String] {
        let lines = stderr.split(whereSeparator: \.isNewline)
        var passages: [String] = []
        let fatal = lines.lastIndex { $0.contains("FATAL") }.map { lines[$0...] }
        if let fatal, fatal.contains(where: { $0.contains("DB error:") }) {
            return [fatal.map(trimmed).joined(separator: "\n")]
        }
        let remote = (fatal ?? lines[...]).filter { $0.contains("remote error:") }
        if !remote.isEmpty { passages.append(remote.map(trimmed).joined(separator: "\n")) }
        if let fatal { passages.append(fatal.map(trimmed).joined(separator: "\n")) }
        if fatal == nil, !lines.isEmpty { passages.append(lines.reversed().map(trimmed).joined(separator: "\n")) }
        return passages
    }

    private static func trimmed(_ line: Substring) -> String {
        String(line.drop { $0 == "\t" || $0 == " " || $0 == "*" })
    }

    /// The most bytes of `ScanFailure.stderrTail`.
    package static let tailBytes = TextLimit.stderrTail

    /// `text` with control characters written out, line feeds aside.
    package static func escaped(_ text: String) -> String { CleanText.escaped(text) }
}
