// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import JSONScan
import Testing

@testable import TrivyReport

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A report that Trivy 0.76 wrote of an image of the test rig.
func report(_ name: String) throws -> [UInt8] {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let file = try #require(fopen("/\(folder)/Resources/\(name).json", "r"))
    defer { fclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { content += buffer[..<count] }
    return content
}

func reduce(_ bytes: [UInt8], limits: TrivyReportReducer.Limits = .init()) throws(JSONError) -> ScanResult {
    var scanner = JSONScanner(bytes)
    return try TrivyReportReducer.reduce(&scanner, limits: limits)
}

/// A report of one target with these members.
func report(target: String) -> [UInt8] {
    bytes(#"{"SchemaVersion":2,"Results":[{"Target":"t","Class":"lang-pkgs",\#(target)}]}"#)
}

/// A result whose JSON is `findings` findings long and hardly compresses.
func largeResult(findings count: Int, seed: UInt64 = 1) -> ScanResult {
    var generator = SeededGenerator(seed: seed)
    var result = ScanResult(image: ScannedImage(name: "large"), scanner: .init(version: "0.76.0"))
    for index in 0..<count {
        let noise = (0..<6).map { _ in String(generator.next(), radix: 36) }.joined(separator: " ")
        result.findings.append(
            Finding(
                id: "CVE-2026-\(index)", package: "p\(index)", installed: "1", fixed: index % 2 == 0 ? "2" : nil,
                severity: .high, title: noise))
    }
    result.totals.vulnerabilities.high = count
    result.totals.fixable.high = (count + 1) / 2
    return result
}
