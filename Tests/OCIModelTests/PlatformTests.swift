// SPDX-License-Identifier: Apache-2.0
import OCIModel
import Testing

@Suite struct PlatformTests {
    @Test(arguments: [
        ("linux/aarch64", "linux/arm64"), ("linux/arm64/v8", "linux/arm64"), ("Linux/x86_64", "linux/amd64"),
        ("linux/arm", "linux/arm/v7"), ("linux/armhf", "linux/arm/v7"), ("linux/armel", "linux/arm/v6"),
        ("linux/arm/6", "linux/arm/v6"), ("linux/i686", "linux/386"), ("linux/amd64/v3", "linux/amd64/v3"),
        ("windows/amd64", "windows/amd64"), ("linux/riscv64", "linux/riscv64"), ("macos/arm64", "darwin/arm64"),
    ])
    func `normalises every spelling`(text: String, normal: String) throws {
        #expect(try #require(Platform(text)).description == normal)
    }

    @Test(arguments: ["", "linux", "linux/", "/amd64", "linux/amd64/v1/x", "linux/a b", "lin\u{0}ux/amd64"])
    func `refuses what is no platform`(text: String) { #expect(Platform(text) == nil) }

    @Test(arguments: [
        ("linux/arm64", "linux/arm64", true), ("linux/arm64", "linux/arm/v7", true),
        ("linux/arm", "linux/arm/v6", true),
        ("linux/arm/v6", "linux/arm/v7", false), ("linux/amd64", "linux/arm64", false),
        ("linux/amd64/v3", "linux/amd64", true), ("linux/amd64", "linux/amd64/v3", false),
        ("linux/amd64", "windows/amd64", false), ("linux/amd64", "linux/386", true),
        ("linux/arm/v999999999999", "linux/arm/v5", false),
    ])
    func `says which images a node runs`(node: String, image: String, runs: Bool) throws {
        #expect(try #require(Platform(node)).runs(#require(Platform(image))) == runs)
    }
}
