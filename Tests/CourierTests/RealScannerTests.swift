// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import Testing
import TrivyReport

@testable import Courier

/// With the real Trivy of the test rig, where it is installed; without the network.
@Suite struct `With the real Trivy` {
    static let folder = (getenv("HOME").map { String(cString: $0) } ?? "") + "/.cache/watchbill/bin"
    static let trivy = folder + "/trivy"
    static let isInstalled = access(trivy, X_OK) == 0 && access(folder + "/fixturedb", X_OK) == 0
    static let vulnerabilities =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/e2e/fixturedb/vulnerabilities.json"

    @Test(.enabled(if: isInstalled && access(vulnerabilities, F_OK) == 0))
    func `a root file system with one package is scanned`() throws {
        let scratch = try ScratchFolder(in: "/tmp")
        defer { scratch.remove() }
        let script = """
            mkdir -p \(scratch.path)/cache/db \(scratch.path)/root/etc \(scratch.path)/root/lib/apk/db
            \(Self.folder)/fixturedb \(scratch.path)/cache/db 2026-01-01T00:00:00Z < \(Self.vulnerabilities)
            echo 3.18.4 > \(scratch.path)/root/etc/alpine-release
            printf 'P:busybox\\nV:1.36.1-r0\\nA:x86_64\\nL:GPL-2.0-only\\no:busybox\\n\\n' > \(scratch.path)/root/lib/apk/db/installed
            """
        #expect(system(script) == 0)
        let (code, _, outcomes) = try carry(
            [
                Self.trivy, "rootfs", "--cache-dir", scratch.path + "/cache", "--skip-db-update", "--offline-scan",
                "--scanners", "vuln",
                "--skip-version-check", "--disable-telemetry",
            ],
            environment: [
                "HOME": scratch.path, "TMPDIR": scratch.path,
                "WATCHBILL_UNITS":
                    #"[{"id":"good","arguments":["\#(scratch.path)/root"]},{"id":"bad","arguments":["/no/such/folder"]}]"#,
            ], units: ["good", "bad"])
        #expect(code == 0)
        let result = try #require(outcomes["good"]?.result)
        #expect(result.findings.map(\.id) == ["CVE-2022-48174"])
        #expect(result.image.os?.family == "alpine" && result.scanner.version.hasPrefix("0."))
        #expect(result.database?.updatedTime.rfc3339 == "2026-01-01T00:00:00Z")
        #expect(result.usage.peakMemoryBytes > 20 << 20)
        let failure = try #require(outcomes["bad"]?.failure)
        #expect(failure.exitCode == 1 && failure.message.contains("/no/such/folder"))
    }
}
