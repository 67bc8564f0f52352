// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import OCIModel
import Testing
import TrivyReport

@testable import Courier

@Suite struct `A courier with pull secrets` {
    /// A scanner that notes what it was given, and a registry in it that lets `friend` in.
    static let registry = #"""
        cat "$DOCKER_CONFIG/config.json" >> "$DOCKER_CONFIG/../../asked"; echo >> "$DOCKER_CONFIG/../../asked"
        stat -c %a "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json" >> "$DOCKER_CONFIG/../../modes"
        if grep -q '"10.1.0.1:5000/team/app":{"password":"open-sesame","username":"friend"}' "$DOCKER_CONFIG/config.json"
        then echo '{"SchemaVersion":2,"ArtifactName":"in"}' > "$REPORT"; exit 0; fi
        printf 'FATAL\t* remote error: GET http://10.1.0.1:5000/x: UNAUTHORIZED: %s\n' "$(cat "$DOCKER_CONFIG/config.json")" >&2
        exit 1
        """#

    struct Trip {
        var outcome: FrameReader.Outcome
        /// The configurations that the scanner got, in order.
        var asked: [String]
        var modes: Set<String>
        var log: String
    }

    /// - Parameter secrets: files by path, such as `name/config.json`.
    private func carry(
        _ secrets: [String: String], image: String = "registry.example.com:5000/team/app@sha256:\(a64)",
        body: String = registry, timeout: Int = 60
    ) throws -> Trip {
        let scanner = try FakeScanner(body)
        defer { scanner.remove() }
        let folder = scanner.folder.path + "/secrets"
        mkdir(folder, 0o755)
        for (path, content) in secrets {
            mkdir(folder + "/" + String(path.split(separator: "/")[0]), 0o755)
            let file = try #require(fopen(folder + "/" + path, "w"))
            fputs(content, file)
            fclose(file)
        }
        let unit: JSONValue = [
            "id": "scan", "arguments": [], "image": .string(image), "repository": "10.1.0.1:5000/team/app",
            "timeoutSeconds": .integer(Int64(timeout)),
        ]
        let (code, log, outcomes) = try CourierTests.carry(
            [scanner.path, "image"],
            environment: [
                "TMPDIR": scanner.folder.path, "WATCHBILL_PULL_SECRETS": folder,
                "WATCHBILL_UNITS": JSONValue.array([unit]).canonicalText,
            ])
        #expect(code == 0 && scanner.leftovers.isEmpty)
        func lines(_ name: String) -> [String] {
            (SmallFile.text(scanner.folder.path + "/" + name) ?? "").split(separator: "\n").map(String.init)
        }
        return Trip(
            outcome: try #require(outcomes["scan"]), asked: lines("asked"), modes: Set(lines("modes")),
            log: String(decoding: log, as: UTF8.self))
    }

    private static let a64 = String(repeating: "a", count: 64)
    private static let anonymous = #"{"auths":{}}"#

    private func account(_ user: String, _ password: String) -> String {
        #"{"auths":{"10.1.0.1:5000":{},"10.1.0.1:5000/team/app":{"password":"\#(password)","username":"\#(user)"}}}"#
    }

    private func configuration(_ key: String, _ user: String, _ password: String) -> String {
        #"{"auths":{"\#(key)":{"username":"\#(user)","password":"\#(password)"}}}"#
    }

    @Test func `tries the accounts in the kubelet's order until one is let in`() throws {
        let trip = try carry([
            "a/config.json": configuration("*.example.com:5000", "general", "pass-1"),
            "b/dockercfg": #"{"registry.example.com:5000/team":{"username":"special","password":"pass-2"}}"#,
            "c/config.json": configuration("registry.example.com:5000", "friend", "open-sesame"),
            "d/config.json": configuration("registry.example.com", "other-port", "pass-3"),
            "..data/config.json": configuration("registry.example.com:5000", "kubelet", "pass-4"),
        ])
        #expect(trip.outcome.result?.image.name == "in")
        #expect(trip.asked == [account("special", "pass-2"), account("friend", "open-sesame")])
        #expect(trip.modes == ["700", "600"], "nobody else can read what the scanner gets")
    }

    @Test func `tries without an account last, and tells what it tried but no password`() throws {
        let trip = try carry([
            "a/config.json": configuration("registry.example.com:5000", "some-user", "canary-1"),
            "b/config.json": configuration("*.example.com:5000", "another", "canary-2"), "c/config.json": "canary-3 {",
        ])
        let failure = try #require(trip.outcome.failure)
        #expect(trip.asked == [account("some-user", "canary-1"), account("another", "canary-2"), Self.anonymous])
        #expect(failure.reason == .unauthorized && failure.message.contains("2 accounts"))
        #expect(failure.message.contains("secret 'c' holds no Docker configuration"))
        #expect(failure.message.contains("***") && failure.stderrTail.contains("***"), "the registry repeated it")
        #expect(!"\(failure)\(trip.log)".contains("canary"))
    }

    @Test func `an image of Docker Hub has its account under the names that Trivy looks for`() throws {
        let folder = try ScratchFolder(in: "/tmp")
        defer { folder.remove() }
        var credentials = PullCredentials()
        try credentials.add(Array(#"{"docker.io":{"auth":"dTpw"}}"#.utf8), .dockercfg)
        let account = credentials.credentials(for: try ImageReference(parsing: "nginx")).first
        let configuration = try DockerConfiguration(in: folder)
        try configuration.hold(account, for: "docker.io/library/nginx")
        #expect(
            SmallFile.text(configuration.folder + "/config.json")
                == #"{"auths":{"https://index.docker.io/v1/":{},"index.docker.io/library/nginx":{"password":"p","username":"u"}}}"#
        )
    }

    @Test func `says when no secret is for the registry`() throws {
        let trip = try carry(["a/config.json": configuration("other.example.com", "u", "canary-1")])
        let failure = try #require(trip.outcome.failure)
        #expect(trip.asked == [Self.anonymous] && failure.message.contains("no pull secret has an account for it"))
        #expect(try carry([:]).outcome.failure?.reason == .unauthorized)
    }

    @Test func `an image of which a registry denies that it exists gets the next account too`() throws {
        let trip = try carry(
            [
                "a/config.json": configuration("registry.example.com:5000/team", "u", "wrong-pass"),
                "b/config.json": configuration("registry.example.com:5000", "friend", "open-sesame"),
            ], body: Self.registry.replacing("UNAUTHORIZED", with: "NAME_UNKNOWN"))
        #expect(trip.outcome.result != nil && trip.asked.count == 2)
    }

    @Test(arguments: ["TOOMANYREQUESTS: slow down", "connection refused"])
    func `what is no refusal is not tried with another account`(answer: String) throws {
        let trip = try carry(
            ["a/config.json": configuration("*.example.com:5000", "u", "wrong-pass")],
            body: Self.registry.replacing("UNAUTHORIZED", with: answer))
        #expect(trip.outcome.failure?.reason != .unauthorized && trip.asked.count == 1)
    }

    @Test func `all accounts together have the time of one scan`() throws {
        let trip = try carry(
            [
                "a/config.json": configuration("registry.example.com:5000", "u", "wrong-1"),
                "b/config.json": configuration("*.example.com:5000", "v", "wrong-2"),
            ], body: "sleep 1.2\n" + Self.registry, timeout: 1)
        #expect(trip.asked.count == 1 && trip.outcome.failure?.reason == .unauthorized)
    }

    @Test func `hides what is cut in two at the front of a long output`() {
        var tail = StderrTail()
        tail.append(Array(repeating: UInt8(ascii: "x"), count: 40_000) + Array("secret-pass".utf8))
        tail.append(Array(repeating: UInt8(ascii: "y"), count: 16 * 1024 - 5))
        tail.hide([Array("secret-pass".utf8)])
        #expect(!tail.text.contains("-pass") && tail.text.hasSuffix("yyy"))
        var short = StderrTail()
        short.append("a secret-pass secret-pas abc".utf8)
        short.hide([Array("secret-pass".utf8), Array("abc".utf8)])
        #expect(short.text == "a *** secret-pas abc")
    }
}
