// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Testing

private let hex = String(repeating: "0123456789abcdef", count: 4)

@Suite struct ImageReferenceTests {
    @Test(arguments: [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("grafana/loki:2.9.0", "docker.io/grafana/loki:2.9.0"),
        ("localhost/app", "localhost/app"),
        ("localhost:32000/flask-k8s-app:latest", "localhost:32000/flask-k8s-app:latest"),
        ("10.0.0.7:5000/a/b/c", "10.0.0.7:5000/a/b/c"),
        ("[2001:db8::1]:5000/x:1", "[2001:db8::1]:5000/x:1"),
        ("[::1]/x", "[::1]/x"),
        ("ghcr.io/org/app@sha256:\(hex)", "ghcr.io/org/app@sha256:\(hex)"),
        ("ghcr.io/org/app:v1@sha256:\(hex)", "ghcr.io/org/app:v1@sha256:\(hex)"),
        ("quay.io/a__b/c-d--e/f.g", "quay.io/a__b/c-d--e/f.g"),
        ("MyHost/app", "MyHost/app"),
        ("a:5000", "docker.io/library/a:5000"),
        ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"),
    ])
    func `fills in what Docker fills in, and reads its own text back`(text: String, complete: String) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.description == complete)
        #expect(try ImageReference(parsing: complete) == reference)
        #expect(try ImageReference(parsing: reference.familiar) == reference)
    }

    @Test(arguments: [
        ("", ImageReferenceError.Reason.empty),
        ("nginx ", .forbiddenCharacter),
        ("nginx\n:1", .forbiddenCharacter),
        ("nginх", .forbiddenCharacter),
        ("org/Nginx", .upperCase("org/Nginx")),
        ("Nginx", .upperCase("library/Nginx")),
        (hex, .identifier),
        ("nginx:", .invalidTag("")),
        ("nginx:-1", .invalidTag("-1")),
        ("nginx:" + String(repeating: "a", count: 129), .invalidTag(String(repeating: "a", count: 129))),
        ("nginx@sha256:ABC", .invalidDigest("sha256:ABC")),
        ("nginx@md5:\(hex)", .invalidDigest("md5:\(hex)")),
        ("nginx@sha256:\(hex)@sha256:\(hex)", .invalidDigest("sha256:\(hex)@sha256:\(hex)")),
        ("localhost:5000/", .missingRepository),
        ("host:99999/x", .invalidRegistry("host:99999")),
        ("host:/x", .invalidRegistry("host:")),
        ("-a.b/x", .invalidRegistry("-a.b")),
        ("[fe80::1%25eth0]/x", .invalidRegistry("[fe80::1%25eth0]")),
        ("https://ghcr.io/x", .invalidRegistry("https:")),
        ("a//b", .invalidRepository("")),
        ("../../etc/passwd", .invalidRegistry("..")),
        ("a/../b", .invalidRepository("..")),
        ("a/b___c", .invalidRepository("b___c")),
        ("a/_b", .invalidRepository("_b")),
        ("a/b-", .invalidRepository("b-")),
        ("ghcr.io/" + String(repeating: "a", count: 256), .tooLong(limit: 255)),
        (String(repeating: "a", count: 5_000), .tooLong(limit: 1_024)),
    ])
    func `refuses what names no image, with the reason`(text: String, reason: ImageReferenceError.Reason) {
        #expect { try ImageReference(parsing: text) } throws: { error in
            (error as? ImageReferenceError)?.reason == reason && "\(error)".contains("; ")
        }
    }

    @Test func `a refusal shows no control character and has an end`() {
        let hostile = "a\u{1B}[31m\u{0}" + String(repeating: "x", count: 900)
        #expect { try ImageReference(parsing: hostile) } throws: { error in
            let text = "\(error)"
            return text.utf8.count < 400 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 > 0x7F }
        }
    }

    @Test func `random bytes never trap, and what is accepted reads back as the same`() throws {
        let seed: UInt64 = 42
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("ab0Z./:@-_[]sha256 %\u{0}é")
        var accepted = 0
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...14, using: &generator)).map { _ in
                    alphabet.randomElement(using: &generator) ?? "a"
                })
            guard let reference = try? ImageReference(parsing: text) else { continue }
            accepted += 1
            #expect(try ImageReference(parsing: reference.description) == reference, "seed \(seed), \(text)")
        }
        #expect(accepted > 50)
    }

    @Test func `asks a registry for the digest first, then the tag, then latest`() throws {
        #expect(try ImageReference(parsing: "a:1@sha256:\(hex)").manifestReference == "sha256:\(hex)")
        #expect(try ImageReference(parsing: "a:1").manifestReference == "1")
        #expect(try ImageReference(parsing: "a").manifestReference == "latest")
        #expect(try ImageReference(parsing: "a@sha256:\(hex)").effectiveTag == nil)
    }
}
