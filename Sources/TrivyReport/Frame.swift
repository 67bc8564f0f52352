// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials

/// The text in which a courier's log carries what came of one unit.
///
///     watchbill-frame/1 begin UNIT OUTCOME EXIT LENGTH LINES SHA256
///     watchbill-frame/1 data INDEX BASE64
///     watchbill-frame/1 end UNIT SHA256
///
/// The payload is the gzip form of the canonical JSON of a `UnitResult`. Every line tells what it is, so that lines of others
/// may stand between them; the digest covers what `begin` says as well as the payload. It shows damage, not origin: who may
/// write to the log is settled by which Pod it is read from.
package enum Frame {
    package static let version = "1"
    static let mark = "watchbill-frame/"
    /// The longest line, in bytes, without its line feed.
    static let maximumLineBytes = 8 * 1024
    /// The most bytes that the lines of one frame take.
    package static let maximumBytes = 512 * 1024
    /// The most bytes that the frames of one log take together: the kubelet drops the older part of a log of 10 MiB.
    package static let maximumLogBytes = 8 * 1024 * 1024

    /// The most bytes that each of `count` frames may take in one log.
    package static func maximumBytes(sharing count: Int) -> Int { min(maximumBytes, maximumLogBytes / max(count, 1)) }

    /// The most bytes of the JSON inside.
    package static let maximumContentBytes = 8 * 1024 * 1024
    /// The most bytes of gzip: a multiple of 3, so that only the last line is padded.
    static let maximumPayloadBytes = 378 * 1024 / 3 * 3
    static let bytesOfDataLine = 6_000

    /// Whether `id` can name a unit: 1 to 200 of `A-Z a-z 0-9 . _ : / @ + -`.
    package static func isUnitID(_ id: some StringProtocol) -> Bool {
        (1...200).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: ".-_:/@+".utf8.contains(byte)
                }
            }
    }

    /// The lines for `result`, at most `limit` bytes; nil when `unit` cannot name one, or not even the numbers fit. What is
    /// too large is degraded: the worst findings first, then the numbers alone, which are always complete.
    package static func encode(unit: String, _ result: UnitResult, upTo limit: Int = maximumBytes) -> [UInt8]? {
        guard isUnitID(unit) else { return nil }
        var result = result
        while true {
            let content = result.json.canonicalBytes
            if content.count <= maximumContentBytes {
                let payload = Gzip.compress(content)
                if payload.count <= maximumPayloadBytes {
                    let lines = lines(unit, result, payload)
                    if lines.count <= limit { return lines }
                }
            }
            guard let smaller = result.degraded else { return nil }
            result = smaller
        }
    }

    private static func lines(_ unit: String, _ result: UnitResult, _ payload: [UInt8]) -> [UInt8] {
        let lineCount = (payload.count + bytesOfDataLine - 1) / bytesOfDataLine
        let header = "\(unit) \(result.outcomeWord) \(result.exitWord) \(payload.count) \(lineCount)"
        let digest = digest(header: header, payload: payload)
        var text = Array("\(mark)\(version) begin \(header) \(digest)\n".utf8)
        for index in 0..<lineCount {
            let start = index * bytesOfDataLine
            text += "\(mark)\(version) data \(index) ".utf8
            text += Base64.encode(payload[start..<min(start + bytesOfDataLine, payload.count)])
            text.append(UInt8(ascii: "\n"))
        }
        text += "\(mark)\(version) end \(unit) \(digest)\n".utf8
        return text
    }

    static func digest(header: String, payload: [UInt8]) -> String {
        var hash = SHA256()
        hash.update("\(mark)\(version) \(header)\n".utf8)
        hash.update(payload)
        return Hexadecimal.string(hash.finalize())
    }
}

extension UnitResult {
    var outcomeWord: String {
        switch self {
        case .scanned: "scanned"
        case .failed: "failed"
        }
    }

    /// The scanner's exit code, `-` where there is none.
    var exitWord: String {
        switch self {
        case .scanned: "0"
        case .failed(let failure): failure.exitCode.map(String.init) ?? "-"
        }
    }

    /// A smaller form of the same result; nil when nothing is left to leave away.
    var degraded: UnitResult? {
        switch self {
        case .scanned(let result): return result.degraded.map(UnitResult.scanned)
        case .failed(var failure):
            if failure.stderrTail.isEmpty { return nil }
            failure.stderrTail = ""
            return .failed(failure)
        }
    }
}

extension ScanResult {
    /// With half of the findings; without findings, half of the rest. The totals stay.
    var degraded: ScanResult? {
        var smaller = self
        smaller.isTruncated = true
        if !findings.isEmpty {
            smaller.findings = Array(findings.prefix(findings.count / 2))
        } else if !licenses.isEmpty || !misconfigurations.isEmpty || !secrets.isEmpty {
            smaller.licenses = Array(licenses.prefix(licenses.count / 2))
            smaller.misconfigurations = Array(misconfigurations.prefix(misconfigurations.count / 2))
            smaller.secrets = Array(secrets.prefix(secrets.count / 2))
        } else {
            return nil
        }
        return smaller
    }
}
