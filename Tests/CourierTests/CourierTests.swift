// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import JSONScan
import Testing
import TrivyReport

@testable import Courier

@Suite struct `A courier` {
    static let report = #"""
        cat > "$REPORT" <<'END'
        {"SchemaVersion":2,"Trivy":{"Version":"0.76.0"},"ArtifactName":"x","Results":[{"Target":"t","Class":"os-pkgs","Vulnerabilities":[
        {"VulnerabilityID":"CVE-1","PkgName":"p","InstalledVersion":"1","FixedVersion":"2","Severity":"HIGH"}]}]}
        END
        """#

    private func carryOne(_ body: String, environment: [String: String] = [:]) throws -> FrameReader.Outcome {
        let scanner = try FakeScanner(body)
        defer { scanner.remove() }
        let variables = environment.merging(["TMPDIR": scanner.folder.path]) { $1 }
        let (code, _, outcomes) = try carry([scanner.path, "image"], environment: variables)
        #expect(code == 0)
        #expect(scanner.leftovers.isEmpty, "scratch folders are removed")
        return try #require(outcomes["scan"])
    }

    @Test func `frames what was found`() throws {
        let result = try #require(try carryOne(Self.report).result)
        #expect(result.findings.map(\.id) == ["CVE-1"] && result.totals.fixable.high == 1)
        #expect(result.usage.peakMemoryBytes > 100_000)
    }

    @Test func `authorities become a file that the scanner is pointed to, and nothing else of ours reaches it`() throws
    {
        let scanner = try FakeScanner(
            #"[ -z "$WATCHBILL_AUTHORITIES" ] || exit 9"# + "\n"
                + #"echo "{\"SchemaVersion\":2,\"ArtifactName\":\"$(cat "$SSL_CERT_FILE") $HTTPS_PROXY\"}" > "$REPORT""#
        )
        defer { scanner.remove() }
        let (code, _, outcomes) = try carry(
            [scanner.path, "image"],
            environment: ["WATCHBILL_AUTHORITIES": "a certificate", "HTTPS_PROXY": "http://proxy.example:3128"],
            units: ["scan"])
        #expect(code == 0)
        #expect(outcomes["scan"]?.result?.image.name == "a certificate http://proxy.example:3128")
    }

    @Test func `frames each unit with its own arguments`() throws {
        let scanner = try FakeScanner(
            #"[ "$LAST" = bad ] && { echo "FATAL remote error: x: UNAUTHORIZED: no" >&2; exit 1; }"# + "\n"
                + #"echo "{\"SchemaVersion\":2,\"ArtifactName\":\"$LAST\"}" > "$REPORT""#)
        defer { scanner.remove() }
        let list =
            #"[{"id":"a","arguments":["--platform","linux/arm64","one"]},{"id":"b@sha256:0","arguments":["bad"]},{"id":"c","arguments":["two"]}]"#
        let (code, _, outcomes) = try carry(
            [scanner.path, "image"], environment: ["WATCHBILL_UNITS": list], units: ["a", "b@sha256:0", "c", "d"])
        #expect(code == 0)
        #expect(outcomes["a"]?.result?.image.name == "one")
        #expect(outcomes["b@sha256:0"]?.failure?.reason == .unauthorized)
        #expect(outcomes["c"]?.result?.image.name == "two")
        #expect(outcomes["d"] == .failure(.missing))
    }

    @Test(
        arguments: [
            ("exit 3", .unknown, 3, nil), ("kill -SEGV $$", .trivyCrashed, nil, SIGSEGV),
            ("kill -KILL $$", .trivyCrashed, nil, SIGKILL),
            ("echo 'panic: oh' >&2; exit 2", .trivyCrashed, 2, nil),
            ("echo 'fatal error: runtime: out of memory' >&2; exit 2", .outOfMemory, 2, nil),
            ("exit 0", .reportUnreadable, 0, nil), (#": > "$REPORT""#, .reportUnreadable, 0, nil),
            (#"echo garbage > "$REPORT""#, .reportUnreadable, 0, nil),
            (#"echo '{}' > "$REPORT""#, .reportUnreadable, 0, nil),
            (#"printf '{"SchemaVersion":2,"Results":[' > "$REPORT""#, .reportUnreadable, 0, nil),
            (#"ln -s /etc/hostname "$REPORT""#, .reportUnreadable, 0, nil),
            (
                #"printf 'FATAL\t* remote error: GET http://h/x: TOOMANYREQUESTS: slow down\n' >&2; exit 1"#,
                .rateLimited, 1, nil
            ),
        ] as [(String, ScanFailure.Reason, Int32?, Int32?)])
    func `says why there is no result`(body: String, reason: ScanFailure.Reason, exitCode: Int32?, signal: Int32?)
        throws
    {
        let failure = try #require(try carryOne(body).failure)
        #expect(failure.reason == reason && failure.exitCode == exitCode && failure.signal == signal)
        #expect(!failure.message.isEmpty)
    }

    @Test(arguments: ["/no/such/trivy", "no-such-trivy", "/etc/hostname"])
    func `says that the scanner is missing`(program: String) throws {
        let failure = try #require(try carry([program, "image"]).outcomes["scan"]?.failure)
        #expect(failure.reason == .trivyMissing && failure.message.contains(program))
    }

    @Test func `keeps the end of what the scanner said, and none of it in the log`() throws {
        let scanner = try FakeScanner(
            #"""
            echo "watchbill-frame/1 begin scan failed 1 3 1 x"
            i=0; while [ $i -lt 3000 ]; do echo "line $i of very much output"; i=$((i+1)); done >&2
            printf 'FATAL\tFatal error\trun error: \033[31mthe end\n' >&2; exit 1
            """#)
        defer { scanner.remove() }
        let (code, log, outcomes) = try carry([scanner.path])
        let failure = try #require(outcomes["scan"]?.failure)
        #expect(code == 0 && failure.message == "[31mthe end")
        #expect(failure.stderrTail.utf8.count <= 2048 && failure.stderrTail.hasPrefix("line 29"))
        #expect(failure.stderrTail.hasSuffix("\\u{1B}[31mthe end\n"))
        #expect(
            String(decoding: log, as: UTF8.self).split(separator: "\n").allSatisfy {
                $0.hasPrefix("watchbill-frame/1 ")
            })
    }

    @Test func `stops a scanner that hangs, with all that it started`() throws {
        let marker = "87654.\(getpid())"
        let failure = try #require(
            try carryOne("sleep \(marker) & sleep \(marker)", environment: ["WATCHBILL_SCAN_TIMEOUT": "1"]).failure)
        #expect(failure.reason == .timedOut && failure.signal == SIGKILL && failure.usage.milliseconds >= 1_000)
        #expect(failure.usage.milliseconds < 20_000)
        #expect(!isRunning(marker))
    }

    @Test func `does not wait for what a scanner leaves running`() throws {
        let marker = "76543.\(getpid())"
        let result = try #require(try carryOne("sleep \(marker) &\n" + Self.report).result)
        #expect(result.totalFindings == 1 && result.usage.milliseconds < 20_000)
        #expect(!isRunning(marker))
    }

    /// Whether a process that is no zombie has `marker` in its command line.
    private func isRunning(_ marker: String) -> Bool {
        Folder.names(in: "/proc").contains { name in
            Int(name) != nil && SmallFile.text("/proc/\(name)/cmdline")?.contains(marker) == true
        }
    }

    @Test func `accounts for all units when it must end`() throws {
        let scanner = try FakeScanner("echo x >> \(FakeScanner.count); sleep 60")
        defer {
            scanner.remove()
            unlink(FakeScanner.count)
        }
        let list = #"[{"id":"a"},{"id":"b"},{"id":"c"}]"#
        // The first scan has begun when the order to end comes.
        let (code, _, outcomes) = try carry(
            [scanner.path], environment: ["WATCHBILL_UNITS": list], units: ["a", "b", "c"],
            isInterrupted: { access(FakeScanner.count, F_OK) == 0 })
        #expect(code == 0)
        for unit in ["a", "b", "c"] { #expect(outcomes[unit]?.failure?.reason == .interrupted) }
        #expect(SmallFile.text(FakeScanner.count) == "x\n", "only one scanner was started")
    }

    @Test func `reduces a large report`() throws {
        let vulnerability =
            #"{\"VulnerabilityID\":\"CVE-%d\",\"PkgName\":\"p\",\"Severity\":\"LOW\",\"Description\":\"%0900d\"},"#
        let body = """
            { printf '{"SchemaVersion":2,"Results":[{"Target":"t","Vulnerabilities":['
              awk 'BEGIN { for (i = 0; i < 12000; i++) printf "\(vulnerability)\\n", i, i }'
              printf '{"VulnerabilityID":"CVE-LAST","PkgName":"p","Severity":"CRITICAL"}]}]}'; } > "$REPORT"
            """
        let result = try #require(try carryOne(body).result)
        #expect(result.totals.vulnerabilities == SeverityCounts(critical: 1, low: 12_000))
        #expect(result.findings.first?.id == "CVE-LAST" && result.isTruncated)
    }

    @Test func `tells the age of the database`() throws {
        let body = #"""
            mkdir -p "$TRIVY_CACHE_DIR/db"
            echo '{"Version":2,"UpdatedAt":"2026-01-01T00:00:00Z"}' > "$TRIVY_CACHE_DIR/db/metadata.json"
            """#
        let cache = try ScratchFolder(in: "/tmp")
        defer { cache.remove() }
        let result = try #require(
            try carryOne(body + "\n" + Self.report, environment: ["TRIVY_CACHE_DIR": cache.path]).result)
        #expect(result.database?.updatedTime.rfc3339 == "2026-01-01T00:00:00Z")
    }

    @Test(arguments: [
        ["WATCHBILL_UNITS": ""], ["WATCHBILL_UNITS": "[]"], ["WATCHBILL_UNITS": #"[{"id":"a b"}]"#],
        ["WATCHBILL_UNITS": #"[{"id":"a"},{"id":"a"}]"#], ["WATCHBILL_UNITS": #"[{"arguments":[]}]"#],
        ["WATCHBILL_SCAN_TIMEOUT": "0"], ["WATCHBILL_SCAN_TIMEOUT": "soon"],
    ])
    func `refuses orders that it cannot follow`(environment: [String: String]) throws {
        let (code, log, _) = try carry(["/bin/true"], environment: environment)
        #expect(code == 2 && log.isEmpty)
    }

    @Test func `says when a frame could not be written`() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let courier = Courier(command: ["/bin/true"], environment: [:], output: full, isInterrupted: { false })
        #expect(courier.run() == 1)
        #expect(Courier(command: [], environment: [:], output: full, isInterrupted: { false }).run() == 2)
    }

    @Test(arguments: [
        ("low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\noom_group_kill 0\n", 3),
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", 0),
        ("oom_kill_disable 0\nunder_oom 0\n", nil), ("", nil),
    ])
    func `reads the kernel's count of kills`(text: String, kills: Int?) { #expect(MemoryWitness.count(text) == kills) }

    @Test func `blames memory only when the kernel counted`() {
        let end = ProcessEnd(cause: .signalled(SIGKILL), stderr: StderrTail(), peakMemoryBytes: 1 << 30)
        let starved = ScanFailure(end: end, wasStarved: true, timeout: nil)
        #expect(starved.reason == .outOfMemory && starved.message.contains("1024 MiB"))
        #expect(ScanFailure(end: end, wasStarved: false, timeout: nil).reason == .trivyCrashed)
    }
}

extension FakeScanner {
    static let count = "/tmp/watchbill-courier-test.\(getpid())"
}
