// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Testing

@Suite struct AuthenticationChallengeTests {
    @Test func `reads a bearer challenge with quoted values`() {
        let challenges = AuthenticationChallenge.parse(
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#
        )
        #expect(challenges.map(\.scheme) == [.bearer])
        #expect(challenges.first?.realm == "https://auth.docker.io/token")
        #expect(challenges.first?.service == "registry.docker.io")
        #expect(challenges.first?.scope == "repository:a/b:pull,push")
    }

    @Test func `reads several challenges of one header`() {
        let challenges = AuthenticationChallenge.parse(
            #"Negotiate YIIabc==, BASIC Realm="a \"b\" \\ c" , bearer realm=https://h/t, service=x"#)
        #expect(challenges.map(\.scheme) == [.other("negotiate"), .basic, .bearer])
        #expect(challenges.dropFirst().first?.realm == #"a "b" \ c"#)
        #expect(challenges.last?.parameters == ["realm": "https://h/t", "service": "x"])
    }

    @Test(arguments: ["", ",,,", "=x", "\"", "Bearer realm=\"open", "Bearer realm", "Basic"])
    func `survives what is cut or empty`(header: String) {
        #expect(AuthenticationChallenge.parse(header).allSatisfy { $0.realm == nil })
    }

    @Test func `random headers end`() {
        var generator = SeededGenerator(seed: 5)
        let alphabet = Array("aB=\",\\ \t:é")
        for _ in 0..<5_000 {
            let text = String((0..<30).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
            #expect(AuthenticationChallenge.parse(text).count <= 8)
        }
        #expect(AuthenticationChallenge.parse(String(repeating: "a ,", count: 5_000)).count == 8)
    }
}
