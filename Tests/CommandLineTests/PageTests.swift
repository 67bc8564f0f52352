// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Testing

@testable import CommandLine

struct PageTests {
    private func page(_ reports: [ScanReport], source: String = "the cluster") -> String {
        ReportPage(ReportSelection(reports, ReportQuery()), source: source, at: Samples.now).text
    }

    private static let hostile = "<script>alert(1)</script>\"'&\u{202E}\u{1B}[31m"

    @Test func `hostile strings stay text in every place`() throws {
        let text = Self.hostile
        let report = try Samples.report(
            "r.io/\(text)", namespace: text,
            [Samples.finding("CVE-\(text)", text, .critical, installed: text, fixed: text)],
            titles: ["CVE-\(text)": text])
        // Where a line may break says nothing.
        let html = page([report], source: text).replacing("<wbr>", with: "")
        #expect(!html.contains("<script") && !html.contains("\u{1B}") && !html.contains("\u{202E}"))
        #expect(html.ranges(of: "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;[31m").count >= 9)
    }

    @Test func `nothing outside the page is asked for`() throws {
        let html = page([try Samples.report("r.io/a:1", [Samples.finding("CVE-2024-1", "p", .high)])])
        for word in ["http://", "https://", "src=", "url(", "@import", "<link", "<iframe", "<form"] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(html.contains("default-src 'none'"))
    }

    @Test func `one image in two namespaces counts once`() throws {
        let finding = [Samples.finding("CVE-2024-1", "p", .high)]
        let reports = [
            try Samples.report("r.io/a:1", namespace: "one", finding),
            try Samples.report("r.io/a:1", namespace: "two", finding),
            try Samples.report("r.io/b:1", namespace: "two", digest: "b", finding),
        ]
        let figures = PageFigures(ReportSelection(reports, ReportQuery()), at: Samples.now)
        #expect(figures.images.count == 2 && figures.total == 2 && figures.namespaces == ["one", "two"])
        #expect(figures.packages.count == 1 && figures.packages[0].images.count == 2)
    }

    @Test func `updates are ordered by what they end, ages by year and by when the image was first seen`() throws {
        let reports = [
            try Samples.report(
                "r.io/a:1",
                [
                    Samples.finding("CVE-2024-1", "few", .critical), Samples.finding("CVE-2019-1", "many", .low),
                    Samples.finding("CVE-2019-2", "many", .low), Samples.finding("GHSA-x", "none", .high, fixed: nil),
                ], age: .seconds(86_400 * 10))
        ]
        let figures = PageFigures(ReportSelection(reports, ReportQuery()), at: Samples.now)
        #expect(figures.updates.map(\.name) == ["many", "few"] && figures.fixable == 3)
        #expect(figures.packages.map(\.name) == ["few", "none", "many"])
        #expect(figures.years.map(\.name) == ["2019", "2024", "other ids"] && figures.years.map(\.total) == [2, 1, 1])
        #expect(figures.known.map(\.total) == [0, 0, 4, 0, 0])
    }

    @Test func `an image with nothing but secrets does not look clean`() throws {
        let html = page([try Samples.report("r.io/a:1", secrets: [("aws-access-key-id", "etc/key", 3)])])
        #expect(html.contains("<p class=\"lead\">1 secret lies in images.</p>"))
        #expect(html.contains("<span class=\"flag s-secrets\">1 secret</span>"))
    }

    @Test func `the page begins with what somebody with little time should know`() throws {
        let findings = [
            Samples.finding("CVE-2024-1", "p", .critical), Samples.finding("CVE-2024-2", "p", .low, fixed: nil),
        ]
        let reports = [
            try Samples.report("r.io/a:1", findings), try Samples.report("r.io/b:1", digest: "b"),
        ]
        let lead = "1 of 2 images has 1 critical vulnerability. An update that exists would end 1 of 2 vulnerabilities."
        #expect(page(reports).contains("<p class=\"lead\">\(lead)</p>"))
    }

    @Test func `a digest in a name is cut where names are listed, and stands in full below`() throws {
        let digest = String(repeating: "a", count: 64)
        let html = page([
            try Samples.report("r.io/a@sha256:\(digest)", [Samples.finding("CVE-2024-1", "p", .low)])
        ])
        #expect(html.contains("@<wbr>sha256:<wbr>aaaaaaaaaaaa…"))
        #expect(html.ranges(of: "sha256:\(digest)").count == 1)
    }

    @Test func `a page without reports says so`() {
        #expect(page([]).contains("There are no reports."))
    }
}
