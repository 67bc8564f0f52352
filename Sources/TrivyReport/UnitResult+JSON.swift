// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

extension UnitResult {
    /// `{"scanned": …}` or `{"failed": …}`
    package var json: JSONValue {
        switch self {
        case .scanned(let result): ["scanned": result.json]
        case .failed(let failure): ["failed": failure.json]
        }
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        let start = scanner.offset
        var result: UnitResult?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "scanned" where result == nil: result = .scanned(try ScanResult(from: &scanner))
            case "failed" where result == nil: result = .failed(try ScanFailure(from: &scanner))
            default: throw JSONError(offset: scanner.offset, reason: "expected one outcome, 'scanned' or 'failed'")
            }
        }
        guard let result else { throw JSONError(offset: start, reason: "expected an outcome, found none") }
        self = result
    }
}

extension ScanFailure {
    package var json: JSONValue {
        .compact([
            "reason": .string(reason.rawValue), "message": .string(message),
            "exitCode": exitCode.map { .integer(Int64($0)) }, "signal": signal.map { .integer(Int64($0)) },
            "stderrTail": stderrTail.isEmpty ? nil : .string(stderrTail), "usage": usage.json,
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(reason: .unknown, message: "")
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "reason": reason = Reason(rawValue: try scanner.readText(upTo: TextLimit.word)) ?? .unknown
            case "message": message = try scanner.readText(upTo: TextLimit.message)
            case "exitCode": exitCode = Int32(truncatingIfNeeded: try scanner.readInteger())
            case "signal": signal = Int32(truncatingIfNeeded: try scanner.readInteger())
            case "stderrTail":
                stderrTail = CleanText.escaped(try scanner.readString(upTo: TextLimit.stderrTail))
            case "usage": usage = try ScanUsage(from: &scanner)
            default: try scanner.skipValue()
            }
        }
    }
}
