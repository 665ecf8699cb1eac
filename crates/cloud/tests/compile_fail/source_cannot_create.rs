use backproof_cloud::{NewTable, SourceAccess};

async fn create(source: SourceAccess, table: &NewTable) {
    source.tables.create_table(table).await.ok();
}

fn main() {}
