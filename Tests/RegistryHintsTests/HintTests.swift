// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import Planning
import Testing

@testable import RegistryHints

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite struct HintSecretTests {
    @Test func `a file holds one secret, or two while one is replaced`() throws {
        let secret = try #require(
            HintSecret(file: bytes("  first-secret-of-mine\r\n\nsecond-secret-of-mine\nthird-secret-of-mine\n")))
        #expect(secret.matches("first-secret-of-mine") && secret.matches("second-secret-of-mine"))
        for other in ["third-secret-of-mine", "", "first-secret-of-min", "first-secret-of-mine "] {
            #expect(!secret.matches(other))
        }
        #expect(!"\(secret)".contains("first") && !String(reflecting: secret).contains("first"))
    }

    @Test(arguments: ["", "\n \n", "short", "fifteen-letters"])
    func `a file without a secret that is long enough has none`(text: String) {
        #expect(HintSecret(file: bytes(text)) == nil)
    }
}

@Suite struct HintRequestTests {
    private let text = "a-secret-for-hints"
    private let body = bytes(#"{"events":[]}"#)

    private func isAuthentic(_ provider: HintProvider, query: String = "", _ headers: [String: String] = [:]) throws
        -> Bool
    {
        let secret = try #require(HintSecret(file: bytes(text)))
        return HintRequest(provider, query: query, headers: headers, body: body).isAuthentic(secret)
    }

    @Test func `a header proves it, where headers can be sent`() throws {
        for provider in [HintProvider.distribution, .harbor, .dockerhub, .quay] {
            #expect(try isAuthentic(provider, ["authorization": text]))
            #expect(try isAuthentic(provider, ["authorization": "Bearer \(text)"]))
            #expect(try !isAuthentic(provider, ["authorization": "Bearer other-secret-for-hints"]))
            #expect(try !isAuthentic(provider))
        }
        #expect(try !isAuthentic(.github, ["authorization": text]))
    }

    @Test func `a token in the address proves it only for those who can send nothing else`() throws {
        for provider in [HintProvider.dockerhub, .quay] {
            #expect(try isAuthentic(provider, query: "token=\(text)"))
            #expect(try isAuthentic(provider, query: "x=1&token=a%2dsecret%2Dfor-hints"))
            for query in [
                "token=", "token", "tokens=\(text)", "token=\(text)%", "token=%zz", "token=other&token=\(text)",
            ] {
                #expect(try !isAuthentic(provider, query: query))
            }
        }
        for provider in [HintProvider.distribution, .harbor, .github] {
            #expect(try !isAuthentic(provider, query: "token=\(text)"))
        }
    }

    @Test func `a signature over the body proves it for GitHub`() throws {
        let mac = Hexadecimal.string(HMAC.sha256(body, key: bytes(text)))
        #expect(try isAuthentic(.github, ["x-hub-signature-256": "sha256=\(mac)"]))
        let other = Hexadecimal.string(HMAC.sha256(body + [0x20], key: bytes(text)))
        for value in [mac, "sha256=", "sha256=\(other)", "sha256=\(mac.dropLast(2))", "sha1=\(mac)", "sha256=\(mac)00"]
        {
            #expect(try !isAuthentic(.github, ["x-hub-signature-256": value]))
        }
        #expect(try !isAuthentic(.github, ["x-hub-signature": "sha256=\(mac)"]))
    }
}

@Suite struct HintReadingTests {
    private func read(_ provider: HintProvider, _ text: String) -> [HintedRepository]? {
        HintReading.repositories(bytes(text), from: provider)
    }

    @Test func `distribution tells of pushes and deletions, and of pulls, which are no news`() {
        let text = #"""
            {"events": [
              {"action": "push", "target": {"repository": "team/app", "tag": "1.0", "digest": "sha256:1"}, "request": {"host": "x"}},
              {"action": "push", "target": {"repository": "team/app", "tag": "1.1"}},
              {"action": "push", "target": {"repository": "layer", "mediaType": "application/octet-stream"}},
              {"action": "push", "target": {"repository": "part", "mediaType": "application/vnd.oci.image.manifest.v1+json"}},
              {"action": "mount", "target": {"repository": "mounted"}}, {"action": "pull", "target": {"repository": "busy"}},
              {"action": "delete", "target": {"repository": "gone"}}, {"action": "push", "target": {"repository": "No!", "tag": "1"}}
            ]}
            """#
        #expect(read(.distribution, text) == [.init(path: "team/app"), .init(path: "gone")])
        #expect(read(.distribution, #"{"events": []}"#) == [])
    }

    @Test func `GitHub tells of containers of ghcr`() {
        let package = #"{"name": "App", "namespace": "Owner", "package_type": "CONTAINER"}"#
        let expected = [HintedRepository(registry: "ghcr.io", path: "owner/app")]
        #expect(read(.github, #"{"action": "published", "package": \#(package)}"#) == expected)
        #expect(read(.github, #"{"action": "updated", "registry_package": \#(package)}"#) == expected)
        #expect(
            read(.github, #"{"package": {"name": "a/b", "owner": {"login": "O"}, "package_type": "container"}}"#)
                == [.init(registry: "ghcr.io", path: "o/a/b")])
        #expect(read(.github, #"{"package": {"name": "x", "namespace": "o", "package_type": "npm"}}"#) == [])
        #expect(read(.github, #"{"zen": "Keep it logically awesome.", "hook": {}}"#) == [])
        #expect(read(.github, #"{"action": "opened", "issue": {}}"#) == nil)
    }

    @Test func `Docker Hub, Harbor in both of its forms, Quay`() {
        #expect(
            read(.dockerhub, #"{"push_data": {"tag": "1"}, "repository": {"repo_name": "team/app"}}"#)
                == [.init(registry: "docker.io", path: "team/app")])
        let repository = #"{"name": "app", "namespace": "library", "repo_full_name": "library/app"}"#
        #expect(
            read(.harbor, #"{"type": "PUSH_ARTIFACT", "event_data": {"repository": \#(repository)}}"#)
                == [.init(path: "library/app")])
        #expect(
            read(
                .harbor,
                #"{"specversion": "1.0", "type": "harbor.artifact.pushed", "data": {"repository": \#(repository)}}"#)
                == [.init(path: "library/app")])
        #expect(read(.harbor, #"{"type": "SCANNING_COMPLETED", "event_data": {"repository": \#(repository)}}"#) == [])
        #expect(
            read(
                .quay,
                #"{"name": "app", "repository": "team/app", "docker_url": "quay.io/team/app", "updated_tags": ["1"]}"#)
                == [.init(path: "team/app")])
    }

    @Test(arguments: HintProvider.allCases, ["", "[]", "3", "{", #"{"events": {}}"#, #"{"repository": 3}"#, "\u{0}"])
    func `what is none is refused, or names nothing`(provider: HintProvider, text: String) {
        #expect(read(provider, text)?.isEmpty != false)
    }

    @Test func `a body that nests without end is refused, and many repositories are cut`() {
        #expect(read(.distribution, String(repeating: #"{"a":"#, count: 10_000)) == nil)
        let many = (0..<1_000).map { #"{"action":"push","target":{"repository":"r\#($0)","tag":"1"}}"# }.joined(
            separator: ",")
        #expect(read(.distribution, #"{"events":[\#(many)]}"#)?.count == HintReading.limit)
    }

    @Test func `a name of a registry is matched where it is known`() {
        let named = HintedRepository(registry: "ghcr.io", path: "a/b")
        let other = HintedRepository(registry: "localhost:32000", path: "a/b")
        #expect(named.names(named) && !named.names(other))
        #expect(HintedRepository(path: "a/b").names(named) && HintedRepository(path: "a/b").names(other))
        #expect(!HintedRepository(path: "a").names(named))
    }
}

@Suite struct HintReceptionTests {
    private let body = bytes(#"{"events": [{"action": "push", "target": {"repository": "app", "tag": "1"}}]}"#)

    private func reception(
        _ secret: String = "a-secret-for-hints", _ body: [UInt8]? = nil, isAdmitted: Bool = true, isLeading: Bool = true
    ) throws -> HintReception {
        let request = HintRequest(.distribution, headers: ["authorization": secret], body: body ?? self.body)
        return HintReception(
            request, try #require(HintSecret(file: bytes("a-secret-for-hints"))), isAdmitted: isAdmitted,
            isLeading: isLeading)
    }

    @Test func `each way that a request can end`() throws {
        #expect(try reception() == .accepted([.init(path: "app")]))
        #expect(try reception("another-one-entirely").answer.status == 401)
        #expect(try reception("another-one-entirely", bytes("{")).answer.status == 401, "a stranger's body is not read")
        #expect(try reception(body.isEmpty ? "" : "a-secret-for-hints", bytes("{")).answer.status == 400)
        #expect(try reception(isAdmitted: false).answer.status == 429)
        #expect(try reception(isLeading: false).answer.status == 503)
    }

    @Test func `a gate lets a hundred through at once, and twenty a second after that`() {
        var gate = HintGate()
        func admitted(_ count: Int, at seconds: Int) -> Int {
            (0..<count).count { _ in gate.admits(now: .zero + .seconds(seconds)) }
        }
        #expect(admitted(500, at: 0) == 100)
        #expect(admitted(500, at: 1) == 20)
        #expect(admitted(500, at: 1_000) == 100)
    }
}
