// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import EmbeddedAPIServer
import Essentials
import JSONScan
import KubernetesModel
import Testing

@testable import CommandShell

struct ReaderTests {
    private func failure(_ body: () async throws(CommandFailure) -> CommandStatus) async -> CommandFailure? {
        do throws(CommandFailure) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `status shows one namespace or all`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        try await fixture.policy("other", in: "bank")
        try await fixture.report("web")
        #expect(
            try await StatusRun.run(fixture.reader, in: "shop", as: .table, at: fixture.now, to: fixture.output)
                == .done)
        #expect(fixture.standard.split(separator: "\n").count == 3 && !fixture.standard.contains("other"))
        let all = try await Fixture()
        try await all.policy()
        try await all.policy("other", in: "bank")
        _ = try await StatusRun.run(all.reader, in: nil, as: .json, at: all.now, to: all.output)
        #expect(try JSONValue(parsing: Array(all.standard.utf8))["objects"]?.arrayValue?.count == 2)
    }

    @Test func `nothing is said as kubectl says it`() async throws {
        let fixture = try await Fixture()
        _ = try await StatusRun.run(fixture.reader, in: "shop", as: .table, at: fixture.now, to: fixture.output)
        #expect(fixture.standard == "")
        #expect(fixture.notes == ["No objects of Watchbill's found in namespace shop; -A looks in all."])
    }

    @Test func `a cluster without the definitions is told`() async throws {
        let fixture = try await Fixture(installsDefinitions: false)
        let error = await failure { () throws(CommandFailure) in
            try await StatusRun.run(fixture.reader, in: nil, as: .table, at: fixture.now, to: fixture.output)
        }
        #expect(
            error?.text
                == "error: the cluster has no kind ScanPolicy, the test; install Watchbill's CRDs first, or choose another cluster with --context"
        )
    }

    @Test func `what one may not see is named`() async throws {
        let fixture = try await Fixture(user: "nobody")
        let server = fixture.server
        server.grant("nobody", [])
        let error = await failure { () throws(CommandFailure) in
            try await ReportsRun.run(
                fixture.reader, in: "shop", ReportQuery(), as: .table(isWide: false), server: "s", program: "0",
                at: fixture.now, to: fixture.output)
        }
        #expect(
            error?.what == "you may not list scanreports" && error?.place == "namespace shop" && error?.code == .failed)
    }

    @Test func `a policy that is not there is named, with where to look`() async throws {
        let fixture = try await Fixture()
        let error = await failure { () throws(CommandFailure) in
            _ = try await fixture.reader.object(ScanPolicy.self, ObjectKey(namespace: "shop", name: "gone"))
            return .done
        }
        #expect(error?.what == "there is no ScanPolicy gone" && error?.place == "namespace shop")
    }

    @Test func `reports answer which images have a vulnerability`() async throws {
        let fixture = try await Fixture()
        try await fixture.report("web")
        try await fixture.report("clean", digest: "b", critical: 0)
        let query = ReportQuery(vulnerabilities: ["cve-2024-1"])
        let status = try await ReportsRun.run(
            fixture.reader, in: nil, query, as: .table(isWide: false), server: "s", program: "0", at: fixture.now,
            to: fixture.output)
        #expect(status == .done && fixture.standard.contains("r.io/web:1") && !fixture.standard.contains("clean"))
        let none = try await ReportsRun.run(
            fixture.reader, in: nil, ReportQuery(vulnerabilities: ["CVE-1"]), as: .table(isWide: false), server: "s",
            program: "0", at: fixture.now, to: fixture.output)
        #expect(none == .done && fixture.notes == ["No image in any namespace has CVE-1."])
    }

    @Test func `a list that was cut makes the answer undecidable`() async throws {
        let fixture = try await Fixture()
        // Counts two and lists one.
        try await fixture.create(
            ScanReport.resource, "cut",
            [
                "image": [
                    "reference": "r.io/cut:1", "platform": "linux/amd64",
                    "digest": .string("sha256:" + String(repeating: "c", count: 64)),
                ],
                "scanner": ["name": "Trivy", "scanners": ["Vulnerability"], "placement": "Operator", "jobUID": "u"],
                "scanTime": "2027-01-01T00:00:00Z", "summary": ["low": 2], "totalFindings": 2,
                "findings": [["id": "CVE-2", "package": "p", "severity": "Low"]],
            ])
        let status = try await ReportsRun.run(
            fixture.reader, in: "shop", ReportQuery(vulnerabilities: ["CVE-1"]), as: .structured(.json), server: "s",
            program: "0", at: fixture.now, to: fixture.output)
        #expect(status == .undecidable && fixture.notes.last?.contains("shop/cut") == true)
    }
}
