// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import JSONScan
import Testing
import TrivyReport

@testable import Findings
@testable import ScanPolicyController

struct CompactFormTests {
    /// Findings as a big image has them: many of few packages.
    private func records(_ count: Int, seed: UInt64 = 1, text: (inout SeededGenerator) -> String = { _ in "fixed" })
        -> FindingRecords
    {
        var random = SeededGenerator(seed: seed)
        var records = FindingRecords()
        records.vulnerabilities = (0..<count).map { index in
            let package = "package\(Int.random(in: 0..<120, using: &random))"
            return FindingRecord(
                id: "CVE-20\(10 + index % 15)-\(Int.random(in: 1_000..<60_000, using: &random))", package: package,
                installed: "1.2.3-r4", fixed: index % 2 == 0 ? text(&random) : nil,
                severity: SeverityName.allCases.reversed()[index * 5 / max(count, 1)],
                purl: "pkg:deb/debian/\(package)@1.2.3-r4?arch=amd64&distro=debian-12.5")
        }
        records.others = [
            CountedFinding(kind: .secret, id: "aws-access-key-id", count: 3),
            CountedFinding(kind: .license, id: "MIT", package: "p", count: 1),
        ]
        return records
    }

    private func sorted(_ records: FindingRecords) -> [FindingRecord] {
        records.vulnerabilities.sorted { "\($0)" < "\($1)" }
    }

    @Test(arguments: [1, 40, 4_000])
    func `reads back what it wrote, and writes the same bytes again`(count: Int) throws {
        let all = records(count)
        let form = try #require(CompactForm.encode(all))
        let read = try CompactForm.decode(form.data)
        #expect(sorted(read) == sorted(all) && Set(read.others) == Set(all.others) && !form.isTruncated)
        #expect(CompactForm.encode(all) == form)
        var shuffled = all
        shuffled.vulnerabilities.reverse()
        #expect(CompactForm.encode(shuffled)?.data == form.data)
        // RFC 1952: no time, no name.
        let gzip = try #require(Base64.decode(Array(form.data.utf8)[...]))
        #expect(gzip[3] == 0 && gzip[4..<8].allSatisfy { $0 == 0 })
    }

    @Test func `what does not fit is the mildest`() throws {
        let all = records(10_000) { random in
            String((0..<40).map { _ in Character(Unicode.Scalar(UInt8.random(in: 97..<123, using: &random))) })
        }
        let form = try #require(CompactForm.encode(all))
        #expect(form.isTruncated && form.data.utf8.count <= 96 << 10 && form.data.utf8.count > 80 << 10)
        let read = try CompactForm.decode(form.data)
        let kept = read.vulnerabilities.count
        #expect(sorted(read) == all.vulnerabilities.prefix(kept).sorted { "\($0)" < "\($1)" })
        #expect(Set(read.others) == Set(all.others))
    }

    @Test func `an image with thousands of licences nobody can compress keeps its vulnerabilities`() throws {
        var all = records(50)
        var random = SeededGenerator(seed: 3)
        all.others = (0..<500).map { _ in
            let name = (0..<250).map { _ in Character(Unicode.Scalar(UInt8.random(in: 33..<126, using: &random))) }
            return CountedFinding(kind: .license, id: String(name), count: 1)
        }
        let form = try #require(CompactForm.encode(all))
        let read = try CompactForm.decode(form.data)
        #expect(form.isTruncated && read.others.isEmpty && read.vulnerabilities.count == 50)
    }

    @Test func `nothing found is nothing written`() { #expect(CompactForm.encode(FindingRecords()) == nil) }

    private static func form(_ json: String) -> String { Base64.encode(Gzip.compress(Array(json.utf8))) }

    /// 512 MiB of zeros say they are small: the trailer is made up.
    private static var bomb: String {
        var bytes = Gzip.compress([UInt8](repeating: 0x20, count: 64 << 20))
        bytes.replaceSubrange((bytes.count - 4)..., with: [16, 0, 0, 0])
        return Base64.encode(bytes)
    }

    @Test(arguments: [
        "", "?", "AAAA", form("[]"), form("{\"findings\": 1}"), form("{\"findings\": [{}]}"),
        form("{\"findings\": [{\"id\": \"a\", \"severity\": \"Bad\"}]}"), form("{\"findings\": []} x"),
        form("{\"secrets\": [{\"count\": 1.5}]}"), form("{\"findings\":" + String(repeating: "[", count: 50_000)),
        Base64.encode(Gzip.compress([UInt8](repeating: 0x20, count: 5 << 20))), bomb,
        String(repeating: "A", count: 200_000),
    ])
    func `what somebody spoiled is an error`(text: String) {
        #expect(throws: CompactFormError.self) { try CompactForm.decode(text) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `bytes that flip never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let whole = Array(try #require(CompactForm.encode(records(30))).data.utf8)
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 43...122, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            _ = try? CompactForm.decode(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func `counts stay so small that sums cannot overflow`() throws {
        let read = try CompactForm.decode(
            Self.form("{\"secrets\":[{\"id\":\"a\",\"count\":9223372036854775807},{\"id\":\"b\",\"count\":-5}]}"))
        #expect(read.others.map(\.count) == [1 << 31, 0])
    }
}
